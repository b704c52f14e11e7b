"""Split a French or Spanish text into tokens, with its numbers and dates as English has them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACES = "  \u202f\u2009"
_NUMBER = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:[.{_SPACES}]\d{{3}})+(?:,\d+)?(?!\d)|(?<![\d.,])\d+,\d+(?!\d)")
_TOKEN = re.compile(
    r"aujourd['’]hui|n['’]djam[eé]na|prud['’]hom\w+|d['’](?:ores|abord)(?!\w)"
    r"|(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)['’](?=\w|$)"
    r"|\d+(?:[.,:/]\d+)*(?:er|re|e|ème|[ºª])?(?![^\W\d_])"
    r"|[^\W_]+(?:[-.'’][^\W_]+)*"
    r"|[^\w\s]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Token:
    """One word, number or sign.

    Attributes:
        text: as it is written, then as English has it.
        low: in small letters, straight apostrophes.
        tag: what kind of word it is, as the word lists name it; empty where it is not known.
        gap: whether white space stands before it.
        extra: the other forms of a verb.
    """

    text: str
    low: str
    tag: str = ""
    gap: bool = True
    extra: tuple[str, ...] = ()


def anglicise_figures(text: str) -> str:
    """Write the figures of ``text`` as English does: ``5.550`` as ``5,550``, ``1,2`` as ``1.2``."""
    return _NUMBER.sub(_as_english, text)


def tokenize(text: str) -> list[Token]:
    """Split ``text`` into tokens, after writing its numbers as English does."""
    out = []
    text = anglicise_figures(text)
    for m in _TOKEN.finditer(text):
        word = m.group()
        gap = m.start() == 0 or text[m.start() - 1].isspace() or text[m.start() - 1] in "'’"
        out.append(Token(word, word.lower().replace("’", "'"), gap=gap))
    return out


def _as_english(m: re.Match[str]) -> str:
    """Write ``5 550`` and ``5.550`` as ``5,550``; ``5,550`` stays, since nobody counts in thousandths."""
    whole, _, part = m.group().partition(",")
    if part and len(part) == 3 and whole.isdigit():
        return m.group()
    grouped = re.sub(rf"[.{_SPACES}]", ",", whole)
    return f"{grouped}.{part}" if part else grouped


_FRENCH_TEXT = """zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
    dix-huit dix-neuf vingt"""
_UNITS_FR = {word: number for number, word in enumerate(_FRENCH_TEXT.split())} | {
    "une": 1, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "soixante-dix": 70,
    "quatre-vingt": 80, "quatre-vingts": 80, "quatre-vingt-dix": 90, "septante": 70, "nonante": 90,
}  # fmt: skip
_SPANISH_TEXT = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
    diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis
    veintisiete veintiocho veintinueve treinta"""
_UNITS_ES = {word: number for number, word in enumerate(_SPANISH_TEXT.split())} | {
    "un": 1, "una": 1, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
    "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800,
    "novecientos": 900, "novecientas": 900,
}  # fmt: skip
_TIMES = {"cent": 100, "cents": 100, "cien": 100, "mille": 1000, "mil": 1000}
UNITS = {"fr": _UNITS_FR, "es": _UNITS_ES}
_ENGLISH_TEXT = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_ENGLISH = _ENGLISH_TEXT.split()
_JOINS = frozenset({"et", "y"})


def merge_numbers(found: list[Token], language: str) -> list[Token]:
    """Merge each number in words into one token: ``deux mille cinq cents`` is ``2,500``; small ones stay.

    A lone ``un`` is an article and stays; ``200 mil`` is ``200,000``.
    """
    units = UNITS[language]
    out: list[Token] = []
    at = 0
    while at < len(found):
        value, end = _value(found, at, units)
        if value is None:
            out.append(found[at])
            at += 1
            continue
        word = _ENGLISH[value] if value <= 20 else f"{value:,}"
        out.append(Token(word, word, "#", found[at].gap))
        at = end
    return out


def _parts(word: str, units: dict[str, int]) -> list[str]:
    """Return ``vingt-cinq`` as its parts; a word that is in the table as it stands is one."""
    return (
        [word]
        if word in units or word in _TIMES or "-" not in word
        else [p for p in word.split("-") if p not in _JOINS]
    )


def _value(found: list[Token], at: int, units: dict[str, int]) -> tuple[int | None, int]:
    """Return the number in words that begins at ``at``, and where it ends; None where none does."""
    first = found[at].low
    if first in {"un", "une", "una", "uno"}:
        return None, at
    if re.fullmatch(r"\d{1,3}(?:\.\d+)?", first):
        if (
            at + 1 < len(found)
            and found[at + 1].low == "mil"
            and not (at + 2 < len(found) and found[at + 2].low == "millones")
        ):
            return int(float(first) * 1000), at + 2
        return None, at
    total = part = 0
    end, seen = at, 0
    while end < len(found):
        parts = _parts(found[end].low, units)
        if found[end].low in _JOINS and seen and end + 1 < len(found) and found[end + 1].low in units:
            if units[found[end + 1].low] >= 10 or part % 10 or part % 100 < 20:
                break  # "deux et trois" are two numbers; "vingt et un", "treinta y cinco" are one
            end += 1
            continue
        if not parts or not all(p in units or p in _TIMES for p in parts):
            break
        if found[end].low == "mil" and end + 1 < len(found) and found[end + 1].low == "millones":
            break
        for p in parts:
            if p in units:
                part += units[p]
            elif _TIMES[p] == 100:
                part = max(part, 1) * 100
            else:
                total, part = total + max(part, 1) * 1000, 0
        seen += 1
        end += 1
        if end < len(found) and found[end].low in {"un", "une", "una", "uno"} and found[end - 1].low not in _JOINS:
            break
    return (total + part, end) if seen else (None, at)
