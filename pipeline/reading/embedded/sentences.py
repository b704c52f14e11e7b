"""Split an article's text into sentences with their offsets, free of datelines and clock marks."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_SENTENCES = 400  # a page with more is read only so far
MAX_SENTENCE = 1_200  # characters; a longer one is a list or a table, cut here


class Sentence(NamedTuple):
    """``text`` is ``article.text[start:end]``; ``paragraph`` and ``number`` count from 0."""

    text: str
    start: int
    end: int
    paragraph: int
    number: int


_BREAK = re.compile(r"([.!?…])([\"”’')\]]*)\s+(?=[\"“‘'(\[]*[A-ZÀ-Þ0-9£$€•])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sgt|Capt|Maj|Brig|Adm|Amb|Sen|Rep|Gov|Prof|St|No|vs|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sep|Sept|Oct|Nov|Dec|Inc|Ltd|Co|Art|Res)|\b[A-Z]|\b[A-Z]\.[A-Z]|a\.m|p\.m|e\.g|i\.e)$"
)
# French and Spanish: quotes and marks of their own, and other abbreviations.
_BREAK_ELSEWHERE = re.compile(r"([.!?…])((?:\s?[\"”’')\]»])*)\s+(?=[\"“‘'(\[«¿¡—–-]*\s?[A-ZÀ-Þ0-9£$€•])")
_ABBREVIATION_ELSEWHERE = re.compile(
    r"(?:\b(?:MM?|Mmes?|Mlles?|Dr|Dra|Me|Ste?|Sr|Sra|Sres|Srta|Gral|Gen|Cnel|Col|Tte|Cap|Cmdte|Lic|Ing|No|N|n|núm|art"
    r"|av|env|cf|p|pág|ej|ex|janv|févr|juil|sept|oct|nov|déc|ene|feb|abr|ago|dic|EE|UU|Ud|Uds)|\b[A-Z]|\b[A-Z]\.[A-Z]"
    r"|[ap]\.\s?m)$"
)
_DATELINE = re.compile(
    r"^(?:(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’\-/]+(?:[ ,/]+"
    r"|$)){1,5}(?:[A-Z][\w.]*(?: [A-Z][\w.]*)*,? )?(?:\w{3,9}\.? \d{1,2} |\d{1,2} \w+(?: \d{4})? )?"
    r"(?:\([A-Z][\w/ ]*\) )?|(?:[A-Z][\w.'’-]+[ /,]*){1,5}(?:\w{3,9}\.? \d{1,2} )?)[.]?\s?[—–:-]{1,2}\s+"
)
_CLOCK = re.compile(r"^\d{1,2}[.:]\d{2}\s?(?:[ap]\.?m\.?)?\s*(?:[—–-]\s*)?", re.IGNORECASE)


def _skip(paragraph: str) -> int:
    """Return how many leading characters are dateline, clock or bullet and no part of a sentence."""
    skipped = 0
    for pattern in (_CLOCK, _DATELINE):
        m = pattern.match(paragraph[skipped : skipped + 120])
        if m and m.end() < len(paragraph) - skipped and (pattern is _CLOCK or _is_dateline(m.group())):
            skipped += m.end()
    if paragraph[skipped : skipped + 1] in "•*-":
        skipped += len(paragraph[skipped:]) - len(paragraph[skipped:].lstrip("•*- "))
    return skipped


def _is_dateline(text: str) -> bool:
    """Decide whether ``text`` is a place in capitals or ends in a dateline's dash."""
    head = text.split(",")[0].strip(" —–-:.")
    return head.upper() == head or text.rstrip().endswith(("—", "–", "-"))


def split_sentences(text: str, language: str = "en") -> tuple[Sentence, ...]:
    """Split ``text`` into sentences, in order; at most ``MAX_SENTENCES``.

    Args:
        text: an article's, with a line for each paragraph.
        language: its code; what ends a sentence and what only shortens a word differs a little.
    """
    english = language == "en"
    breaks, shortened = (_BREAK, _ABBREVIATION) if english else (_BREAK_ELSEWHERE, _ABBREVIATION_ELSEWHERE)
    out: list[Sentence] = []
    offset = 0
    number = -1
    for line in text.split("\n"):
        start = offset
        offset += len(line) + 1
        if not line.strip():
            continue
        number += 1
        begin = start + len(line) - len(line.lstrip())
        begin += _skip(text[begin : start + len(line)])
        stop = start + len(line.rstrip())
        body = text[begin:stop]
        cursor = 0
        for m in breaks.finditer(body):
            if m.group(1) == "." and shortened.search(body[max(0, m.start() - 8) : m.start()]):
                continue
            _add(out, text, begin + cursor, begin + m.end(2), number)
            cursor = m.end()
        _add(out, text, begin + cursor, stop, number)
        if len(out) >= MAX_SENTENCES:
            break
    return tuple(out[:MAX_SENTENCES])


def _add(out: list[Sentence], text: str, start: int, end: int, paragraph: int) -> None:
    end = min(end, start + MAX_SENTENCE)
    if end > start:
        out.append(Sentence(text[start:end], start, end, paragraph, len(out)))
