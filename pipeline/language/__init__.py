"""Detect the language of a text, and gloss French and Spanish in English for rules that know English only."""

from __future__ import annotations

from pipeline.language.detect import ENGLISH, detect_language, detect_sentence_language, language_name
from pipeline.language.gloss import GLOSSED, english_names, gloss, to_english
from pipeline.language.tokens import anglicise_figures

__all__ = [
    "ENGLISH",
    "GLOSSED",
    "anglicise_figures",
    "detect_language",
    "detect_sentence_language",
    "english_names",
    "gloss",
    "language_name",
    "to_english",
]
