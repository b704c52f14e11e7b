"""An article as the sentences that the models see: what is found in each, and the title. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Article, Watch
from pipeline.reading import features, masks
from pipeline.reading.features import Seen
from pipeline.reading.sentences import Sentence

_OPINION = re.compile(
    r"^\W*(?:opinion|editorial|comment|analysis|explainer|letter|column|q&a|profile|in brief)\b", re.I
)
_ASKS = re.compile(r"\?|^(?:what|why|how|who|where|when|inside|five|ten)\b", re.I)
_FIRST_PERSON = re.compile(r"\b(?:I|my|me|we|our|us)\b")


@dataclass(frozen=True, slots=True)
class Observed:
    """An article's sentences with the tokens of each, and the title as a sentence of its own.

    Attributes:
        seen: what is found in each sentence.
        numbers: of the sentences that a model is to read.
        tokens: of those sentences.
    """

    seen: tuple[Seen, ...]
    numbers: tuple[int, ...]
    tokens: tuple[tuple[str, ...], ...]
    title: Seen
    title_tokens: tuple[str, ...]
    traits: tuple[float, ...]  # of the whole article, as ``TRAITS`` names them


TRAITS = ("opinion", "asks", "first_person", "quotes", "old_part")


def observe(
    article: Article,
    seen: Sequence[Seen],
    watch: Watch,
    hosts: frozenset[str],
    common: Container[str],
    numbers: Sequence[int] | None = None,
) -> Observed:
    """What the models see of ``article``, in whose sentences ``seen`` was found; of those ``numbers`` or of all."""
    names = masks.own_names(watch)
    head = headline(article.title, article.published.date(), hosts)
    chosen = tuple(range(len(seen)) if numbers is None else numbers)
    return Observed(
        tuple(seen),
        chosen,
        tuple(tokens_of(seen[number], hosts, names, common) for number in chosen),
        head,
        tokens_of(head, hosts, names, common),
        _traits(article, seen),
    )


def look_at(
    article: Article, parts: Sequence[Sentence], levels: Sequence[float], hosts: frozenset[str]
) -> tuple[Seen, ...]:
    """What is found in each sentence of ``article``; its tie to the mission carries on within a paragraph."""
    published = article.published.date()
    title = features.stems(article.title)
    carried, paragraph = 0.0, -1
    seen: list[Seen] = []
    for part, level in zip(parts, levels, strict=True):
        if part.paragraph != paragraph:
            carried, paragraph = carried * 0.7, part.paragraph
        seen.append(features.look(part, len(parts), level, carried, title, published, hosts))
        carried = max(carried * 0.85, level)
    return tuple(seen)


def headline(text: str, published: date, hosts: frozenset[str]) -> Seen:
    """A title, looked at as a sentence alone."""
    return features.look(Sentence(text, 0, len(text), 0, 0), 1, 2.0, 0.0, frozenset(), published, hosts)


def tokens_of(
    seen: Seen, hosts: Container[str], names: re.Pattern[str] | None, common: Container[str]
) -> tuple[str, ...]:
    """The masked tokens of one sentence."""
    return masks.mask(
        seen.sentence.text,
        whens=tuple(zip(seen.whens, seen.away, strict=True)),
        numbers=seen.numbers,
        states=seen.mentioned,
        hosts=hosts,
        names=names,
        common=common,
    )


def _traits(article: Article, seen: Sequence[Seen]) -> tuple[float, ...]:
    size = max(len(seen), 1)
    return (
        float(bool(_OPINION.search(article.title))),
        float(bool(_ASKS.search(article.title))),
        min(len(_FIRST_PERSON.findall(article.text)) / size, 1.0),
        sum(1 for s in seen if s.sentence.text[:1] in '"“') / size,
        sum(1 for s in seen if s.old) / size,
    )
