"""How many claims whose slot is right have all typed parts right. Pure.

A claim is held against the fact of its slot that its sentence tells by the gold. A part is right where it is equal; one
that the gold has and the sentence states (``training.labels``) has to be there; of what only the claim states the gold
says nothing. What is done (``act``) and who says so (``actor``) are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pipeline.board.compare.identity import differing, same_key
from pipeline.lab.bench import Table
from pipeline.model import Claim, TypedFact
from pipeline.model.facts import OF_SLOT
from pipeline.reading.embedded import features
from pipeline.reading.embedded.mentions import mentions
from pipeline.reading.embedded.sentences import Sentence
from training.gold_file import GoldMission
from training.labels import standing
from training.typed import typed_facts

SURE = 0.5  # claims that are told
_NO_SPANS = ("act", "actor")


class Compared(NamedTuple):
    """A claim with the parts that are wrong and that it lacks, of the fact of its sentence that it is nearest to."""

    claim: Claim
    fact: TypedFact
    wrong: tuple[str, ...]
    lacking: tuple[str, ...]


def compared(held: GoldMission, claims: Iterable[tuple[str, Claim]]) -> Iterator[Compared]:
    """Hold each sure claim, given with its article's name, against its sentence's gold; of other slots none."""
    articles = {one.name: one for one in held.articles}
    for name, claim in claims:
        article = articles[name]
        line = next((s for s in article.sentences if s.kind in "Nn" and claim.quote.strip() in s.text), None)
        if line is None or claim.fact is None or claim.confidence < SURE:
            continue
        told = [(held.facts[one.fact], one.own) for one in line.told if one.news]
        facts = [f for fact, own in told for f in typed_facts(fact, own) if f.slot is claim.fact.slot]
        if facts:
            yield min((_against(claim, claim.fact, fact, article.published) for fact in facts), key=_errors)


def parts_table(measured: Sequence[tuple[str, Sequence[Compared]]], *, totals: bool = False) -> Table:
    """The share of claims with all parts right, by mission and in all, and what is wrong most often.

    Args:
        measured: each mission's name with its claims.
        totals: give the last row alone.
    """
    every = [one for _, found in measured for one in found]
    rows = [(name, str(len(found)), f"{_share(found):.3f}", _worst(found)) for name, found in measured]
    rows = [*(() if totals else rows), ("together", str(len(every)), f"{_share(every):.3f}", _worst(every))]
    head = ("mission", "claims", "all right", "wrong or lacking")
    return Table("Typed parts, of sure claims whose slot is right", head, tuple(rows))


def _against(claim: Claim, mine: TypedFact, gold: TypedFact, published: datetime) -> Compared:
    sentence = Sentence(claim.quote, 0, len(claim.quote), 0, 0)
    seen = features.extract_features(sentence, published.date())
    found = mentions(seen)
    wrong = [part for part in differing(mine.parts, gold.parts) if part not in _NO_SPANS]
    if mine.key and gold.key and not same_key(gold.slot, mine.key, gold.key):
        wrong.append("key")
    stated = mine.parts.stated() | ({"key": mine.key} if mine.key else {})
    roles = [role for role in OF_SLOT[gold.slot] if role not in _NO_SPANS]
    lacking = [role for role in roles if role not in stated and standing(gold, role, found)]
    return Compared(claim, gold, tuple(wrong), tuple(lacking))


def _errors(one: Compared) -> int:
    return len(one.wrong) + len(one.lacking)


def _share(found: Sequence[Compared]) -> float:
    return sum(not _errors(one) for one in found) / max(len(found), 1)


def _worst(found: Sequence[Compared]) -> str:
    counted = Counter(part for one in found for part in (*one.wrong, *(f"no {part}" for part in one.lacking)))
    return ", ".join(f"{part} {n}" for part, n in counted.most_common(6))
