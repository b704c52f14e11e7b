"""What language a text is in, and French and Spanish told in English, word by word, for rules that know English."""

from __future__ import annotations

from pipeline.language.decide import ENGLISH, decide, decide_sentence, name_of
from pipeline.language.gloss import GLOSSED, english, gloss, names_of
from pipeline.language.tokens import figures_in_english

__all__ = [
    "ENGLISH",
    "GLOSSED",
    "decide",
    "decide_sentence",
    "english",
    "figures_in_english",
    "gloss",
    "name_of",
    "names_of",
]
