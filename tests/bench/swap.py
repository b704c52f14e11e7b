"""The bench with invented names: every country, person, place and acronym is another one, the same throughout.

What is left is language. A reader that knows the bench's missions by name, or the world's countries by heart,
does worse on it. Bodies of many states (UN, AU, EU, OAS) keep their names: they are no mission's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256

from pipeline.lab.bench.gold import Gold, GoldArticle, Report
from pipeline.model.countries import COUNTRIES

_NAME = re.compile(r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ]\w+(?:-[A-ZÀ-Þ]\w+)*|\b[A-Z]{2,}\b")
_LOWER = re.compile(r"\b[a-zà-ÿ]{2,}\b")
_KEPT_TEXT = """
    UN AU EU OAS AU-UN UNSC UNI Union Assembly Organization Commission Senate House Congress Chamber
    Commerce
    Republic Kingdom Federation Convention Chapter Vision Homeland Center African Africa Africans Africa-CARICOM
    Africa-Caricom Europe European Europeans Asia Caribbean Arab Americas Western East Northwest Atlantic Mediterranean
    Islam Islamic Muslim English Arabic Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March
    April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Dr
    Mr Mrs Ms St II VII FM TV MPs NGOs RELEASE Lieutenant Brigadier Captain Sergeant Marshal Class Royal Sports Category
    Hurricane Gulf Lake Bay Heights Horn Global Integrated Roadmap Restriction Repression Islands Covid WhatsApp"""
KEPT = frozenset(_KEPT_TEXT.split())
# Names and initials that belong together: the initials of the invented name are those of its words.
BY_HAND = {
    "Multinational Security Support": "International Public Safety",
    "multinational security support": "international public safety",
    "MSS": "IPS",
    "MSSM": "IPSM",
    "Gang Suppression Force": "Cartel Pacification Force",
    "gang suppression force": "cartel pacification force",
    "Gang-Suppression Force": "Cartel-Pacification Force",
    "gang-suppression force": "cartel-pacification force",
    "GSF": "CPF",
    "Haiti": "Quelmia",
    "UNSOH": "UNSOQ",
    "BINUH": "BINUQ",
    "Somalia": "Tomberia",
    "AUSSOM": "AUSTOM",
    "AMISOM": "AMITOM",
    "ATMIS": "ATMIT",
    "UNSOS": "UNSOT",
    "Lebanon": "Dulvania",
    "UNIFIL": "UNIFID",
    "United States": "Norvenia",
    "American States": "American States",  # of the Organization of American States, which keeps its name
    "US": "NV",
    "U.S.": "N.V.",
    "UK": "KM",
    "U.K.": "K.M.",
}
_ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
)
_VOWELS = "aeiou"
_CODAS = ("l", "n", "r", "s", "m", "nd", "rt", "lk")


def invented(name: str, syllables: int = 2) -> str:
    """A word that nobody has used, the same for the same ``name``; initials stay as many initials."""
    numbers = sha256(name.casefold().encode()).digest()
    if name.isupper() and len(name) <= 6:
        return "".join("BCDFGHJKLMNPQRSTVWXZ"[n % 20] for n in numbers[: len(name)])
    word = ""
    for i in range(syllables):
        onset, vowel, coda = numbers[3 * i : 3 * i + 3]
        word += _ONSETS[onset % len(_ONSETS)] + _VOWELS[vowel % 5] + _CODAS[coda % len(_CODAS)]
    return word.upper() if name.isupper() else word.capitalize()


def swapper(texts: Iterable[str]) -> Callable[[str], str]:
    """A function that puts an invented name for each name that stands in ``texts``."""
    texts = list(texts)
    lower = {word for text in texts for word in _LOWER.findall(text)}
    names = {m.group() for text in texts for m in _NAME.finditer(text)} - KEPT
    table = {n: invented(n) for n in names if n.isupper() or not any(p.casefold() in lower for p in n.split("-"))}
    for country in COUNTRIES:
        stem = BY_HAND.get(country.name, invented(country.name) + "ia").removesuffix("ia")
        for word in country.words:
            plural = word != country.name and word.endswith("s")
            table[word] = stem + ("ia" if word == country.name else "ians" if plural else "ian")
        table |= {capital: invented(capital) for capital in country.capitals}
    table |= BY_HAND
    table |= {name.upper(): new.upper() for name, new in table.items() if name.upper() not in table}
    for kept in KEPT:
        table.pop(kept, None)
    any_name = re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, table), key=len, reverse=True)) + r")(?!\w)")
    return lambda text: any_name.sub(lambda m: table[m.group()], text)


def swapped(gold: Gold, swap: Callable[[str], str]) -> Gold:
    """``gold`` with ``swap`` over its articles and the sentences of its reports."""
    return replace(gold, articles=tuple(_swapped(held, swap) for held in gold.articles))


def _swapped(held: GoldArticle, swap: Callable[[str], str]) -> GoldArticle:
    article = replace(held.article, title=swap(held.article.title), text=swap(held.article.text))
    reports = tuple(Report(r.event_id, tuple(map(swap, r.sentences))) for r in held.reports)
    return GoldArticle(article, held.relevant, reports)
