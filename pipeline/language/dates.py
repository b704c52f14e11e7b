"""Write French and Spanish dates and spans in English: ``15 June 2025``, ``last Monday``, ``three days ago``."""

from __future__ import annotations

import re

from pipeline.language.tokens import Token

_MONTHS_TEXT = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAYS_TEXT = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_ENGLISH_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = {language: dict(zip(text.split(), _ENGLISH_MONTHS, strict=True)) for language, text in _MONTHS_TEXT.items()}
MONTHS["fr"] |= {"fevrier": "February", "aout": "August", "decembre": "December"}
MONTHS["es"] |= {"setiembre": "September"}
DAYS = {language: dict(zip(text.split(), _ENGLISH_DAYS, strict=True)) for language, text in _DAYS_TEXT.items()}
DAYS["es"] |= {"miercoles": "Wednesday", "sabado": "Saturday"}

_DAY = re.compile(r"(?:[12]?\d|3[01])(?:er|º)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LAST = frozenset({"dernier", "dernière", "pasado", "pasada", "passé", "passée"})
_NEXT = frozenset({"prochain", "prochaine", "próximo", "próxima"})
_OF = frozenset({"de", "del"})
_THE = frozenset({"le", "el", "ce", "este", "los", "les", "cet", "cette"})
_SPANS = {
    "jour": "day", "jours": "days", "semaine": "week", "semaines": "weeks", "mois": "months", "an": "year",
    "ans": "years", "année": "year", "années": "years", "día": "day", "días": "days", "semana": "week",
    "semanas": "weeks", "mes": "month", "meses": "months", "año": "year", "años": "years",
}  # fmt: skip


def merge_dates(found: list[Token], language: str) -> list[Token]:
    """Merge each date of ``found`` into one token, tagged ``D``."""
    months, days = MONTHS[language], DAYS[language]
    out: list[Token] = []
    at = 0
    while at < len(found):
        size = _ago(found, at, language, out) or _date(found, at, months, out) or _weekday(found, at, days, out)
        if not size:
            out.append(found[at])
            size = 1
        at += size
    return out


def _low(found: list[Token], at: int) -> str:
    return found[at].low if 0 <= at < len(found) else ""


def _without_article(out: list[Token]) -> bool:
    """Take off the article that stands before a date; true where there was one."""
    if out and out[-1].low in _THE:
        out.pop()
        return True
    return False


def _date(found: list[Token], at: int, months: dict[str, str], out: list[Token]) -> int:
    """Return how many tokens ``15 juin 2025``, ``15 de junio de 2025`` or ``juin`` has; 0 where no date begins."""
    end = at
    day = ""
    if _DAY.fullmatch(_low(found, at)):
        day = re.sub(r"\D", "", found[at].low)
        end += 2 if _low(found, at + 1) in _OF else 1
    month = months.get(_low(found, end))
    if month is None or (not day and month == "March" and found[end].text.islower() and _low(found, end + 1) in _OF):
        return 0
    end += 1
    year = ""
    ahead = end + 1 if _low(found, end) in _OF else end
    if _YEAR.fullmatch(_low(found, ahead)):
        year, end = f" {found[ahead].low}", ahead + 1
    tail = ""
    if not day and _low(found, end) in _LAST | _NEXT:
        tail = "last " if _low(found, end) in _LAST else "next "
        end += 1
    gap = found[at].gap
    if day:
        if out and out[-1].low in _LAST | _NEXT:
            out.pop()
        had = _without_article(out)
        if had and not (out and out[-1].low in _OF | {"du", "au", "al", "jusqu'au", "hasta", "desde", "depuis"}):
            out.append(Token("on", "", "p", gap))
        text = f"{day} {month}{year}"
    else:
        text = f"{tail}{month}{year}"
    out.append(Token(text, text.lower(), "D", gap))
    return end - at


def _weekday(found: list[Token], at: int, days: dict[str, str], out: list[Token]) -> int:
    """Return ``lundi``, ``ce lundi``, ``lundi dernier``, ``el lunes pasado``, ``el próximo lunes``."""
    day = days.get(_low(found, at))
    if day is None:
        return 0
    before = ""
    if out and out[-1].low in _LAST | _NEXT:
        before = "last " if out.pop().low in _LAST else "next "
    _without_article(out)
    end = at + 1
    if _low(found, end) in _LAST | _NEXT:
        before = "last " if _low(found, end) in _LAST else "next "
        end += 1
    if _low(found, end) == "," and _DAY.fullmatch(_low(found, end + 1)):
        end += 1  # "el lunes, 15 de junio"
    dated_too = _DAY.fullmatch(_low(found, end))
    text = f"{before}{day}" if before or (out and out[-1].tag == "p") else f"on {day}"
    out.append(Token(text, text.lower(), "D", found[at].gap))
    if dated_too:
        out.append(Token(",", ",", "", False))
    return end - at


def _ago(found: list[Token], at: int, language: str, out: list[Token]) -> int:
    """Return ``il y a trois jours``, ``hace tres días``."""
    lead = ("il", "y", "a") if language == "fr" else ("hace",)
    if tuple(_low(found, at + n) for n in range(len(lead))) != lead:
        return 0
    end = at + len(lead)
    if _low(found, end) in {"environ", "unos", "unas", "casi", "más", "plus", "près"}:
        end += 2 if _low(found, end + 1) in _OF else 1
    number, span = _low(found, end), _SPANS.get(_low(found, end + 1))
    if span is None:
        return 0
    number = {"un": "a", "une": "a", "una": "a", "quelques": "a few", "varios": "several", "varias": "several"}.get(
        number, number
    )
    text = f"{number} {span} ago"
    out.append(Token(text, text, "D", found[at].gap))
    return end + 2 - at
