"""Examine what became of the sentence behind a change when its page has been edited. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.board.fold import subject_key
from pipeline.model import Article, Claim, Evidence, Finding, Reading
from pipeline.model.quantities import quantities, same_number
from pipeline.model.text import normalise
from pipeline.reading.embedded.sentences import split_sentences

ALIKE = 0.6  # share of common words from which a new sentence stands where the old one stood
SAME_WORDS = 0.5  # share of common words from which two values without a figure are one
SAME_PAGE = 0.5  # share of an article's sentences that must be left, or the page shows something else

_SAYS_SO = "the page says that the article is withdrawn"
_WORD = re.compile(r"[^\W_]+")
_NOTICE = re.compile(
    r"\bthis (?:article|story|report|post|item|page) (?:has been|was|is) (?:\w+ )?"
    r"(?:retracted|withdrawn|taken down|unpublished|deleted)\b"
    r"|\bwe (?:have )?(?:retract|retracted|withdrawn|withdrew) (?:this|the) (?:article|story|report)\b",
    re.IGNORECASE,
)
_NOTICE_TITLE = re.compile(r"^\W*(?:retract(?:ed|ion)|withdrawn)\b\W*[:|–—-]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is now: its text with the claims of that, or why there is none.

    ``article`` is None where the page is gone, and ``gone`` then says what it answers.
    """

    url: str
    article: Article | None = None
    claims: tuple[Claim, ...] = ()
    gone: str = ""


class Examination(NamedTuple):
    """What became of a sentence, what stands in its place (or nothing), and how we know."""

    finding: Finding
    sentence: str
    reason: str


def examine(evidence: Evidence, page: Page) -> Examination:
    """Examine what became of ``evidence`` on its page.

    The sentence is looked for by its words, without case, spacing and punctuation, so that a new layout is no
    correction. Where it is gone, the claims of the new text are compared, by meaning: in other words is no correction
    either. Where the page shows something else altogether - a log-in, a front page - nothing is concluded.
    """
    article = page.article
    if article is None:
        return Examination(Finding.WITHDRAWN, "", f"the page is gone: {page.gone}")
    if notice := retraction_notice(article):
        return Examination(Finding.WITHDRAWN, notice, _SAYS_SO)
    claim = evidence.claim
    now = _plain(f"{article.title}\n{article.text}")
    if f" {_plain(claim.quote)} " in f" {now} ":
        return Examination(Finding.STANDS, claim.quote, "the sentence stands")
    before = f" {_plain(evidence.text)} "
    fresh = (
        [s.text for s in split_sentences(article.text) if f" {_plain(s.text)} " not in before] if evidence.text else []
    )
    if claim.start < 0:
        fresh.append(article.title)  # a headline is corrected in its own place
    place = _most_alike(claim.quote, fresh)
    of_it = [c for c in page.claims if c.aspect is claim.aspect and (c.quote == place or _one_subject(c, claim))]
    for other in of_it:
        if other.stage is claim.stage and same_value(other.value, claim.value):
            return Examination(Finding.STANDS, other.quote, "the page says it in other words")
    changed = sorted((c for c in of_it if c.quote in fresh), key=lambda c: (c.quote != place, c.start))
    if changed:
        return Examination(Finding.CORRECTED, changed[0].quote, _what_changed(claim, changed[0]))
    if place:
        return Examination(Finding.CORRECTED, place, "the sentence was changed, and no longer says so")
    return _dropped(evidence, now)


def _dropped(evidence: Evidence, now: str) -> Examination:
    """Return the finding where the sentence is gone and nothing stands in its place."""
    old = [_plain(sentence.text) for sentence in split_sentences(evidence.text)]
    left = sum(f" {sentence} " in f" {now} " for sentence in old)
    if old and left >= SAME_PAGE * (len(old) - 1) and left:  # the sentence in question itself can't be left
        return Examination(Finding.WITHDRAWN, "", "the sentence is gone from the article")
    return Examination(
        Finding.UNCLEAR, "", f"the page shows something else now ({left} of {len(old)} sentences are left): not judged"
    )


def retraction_notice(article: Article) -> str:
    """Return the sentence that declares the article withdrawn; empty where there is none."""
    if _NOTICE_TITLE.search(article.title):
        return article.title
    if not _NOTICE.search(article.text):  # nearly always; to split a long text costs as much as to trace it
        return ""
    return next((s.text for s in split_sentences(article.text) if _NOTICE.search(s.text)), "")


def drop_retracted(reading: Reading, article: Article) -> Reading:
    """Return ``reading`` without claims where ``article`` declares itself withdrawn."""
    return replace(reading, claims=(), reason=_SAYS_SO) if retraction_notice(article) else reading


def same_claims(one: Reading, other: Reading) -> bool:
    """Decide whether two readings of one page say the same, whatever else changed in its bytes."""
    return _said(one.claims) == _said(other.claims)


def same_value(one: str, other: str) -> bool:
    """Decide whether two values mean the same: equal figures, or most words in common where neither has a figure."""
    if normalise(one) == normalise(other):
        return True
    mine, theirs = quantities(one), quantities(other)
    if mine or theirs:
        return bool(mine and theirs) and same_number(mine[0], theirs[0])
    return _common(one, other) >= SAME_WORDS


def _said(claims: Sequence[Claim]) -> frozenset[tuple[str, ...]]:
    return frozenset((c.aspect.value, c.stage.value, c.subject, c.value, _plain(c.quote)) for c in claims)


def _plain(text: str) -> str:
    """Return the words of ``text`` and nothing else."""
    return " ".join(_WORD.findall(normalise(text)))


def _common(one: str, other: str) -> float:
    """Return the share of words that two texts have in common (Dice), 0 to 1."""
    mine, theirs = Counter(_plain(one).split()), Counter(_plain(other).split())
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 0.0


def _most_alike(quote: str, sentences: Sequence[str]) -> str:
    best = max(sentences, key=lambda sentence: _common(quote, sentence), default="")
    return best if best and _common(quote, best) >= ALIKE else ""


def _one_subject(one: Claim, other: Claim) -> bool:
    return subject_key(one.aspect, one.subject) == subject_key(other.aspect, other.subject)


def _what_changed(old: Claim, new: Claim) -> str:
    if new.stage is not old.stage:
        return f"it now says {new.stage.value.replace('_', ' ')}, not {old.stage.value.replace('_', ' ')}"
    return f"it now says '{new.value}', not '{old.value}'"
