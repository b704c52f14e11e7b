"""A watch from one article: the mission's names, place, sponsor and lead, and the baseline facts. Pure.

What comes out is a draft: it runs unreviewed, and is better after a person has read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline import language
from pipeline.board.fold import subject_key
from pipeline.model import (
    AlertRule,
    Article,
    Aspect,
    Baseline,
    Claim,
    Fact,
    Name,
    Parts,
    Precision,
    Reading,
    Slot,
    Stage,
    TypedFact,
    Watch,
    countries,
)
from pipeline.model.errors import ContentError
from pipeline.model.text import content_id, shorten, squeeze
from pipeline.reading.embedded import EncodedReader, mission, sentences
from pipeline.watches.drafting.names import MissionNames, find_mission_names
from pipeline.watches.drafting.places import anywhere, places

SHORT = 4  # letters; initials with fewer count only beside one of the mission's places
MAX_TEXT = 200_000  # characters; a longer text is no article
_LED = re.compile(
    r"\b([A-Z][\w.]+(?: [A-Z][\w.]+){0,3})-led\b|\b(?:led|run|commanded"
    r"|headed) by (?:the )?([A-Z][\w.]+(?: [A-Z][\w.]+){0,3})"
)


def draft_watch(text: str, *, published: datetime, url: str, slug: str, with_facts: bool = True) -> Watch:
    """A watch for the mission that a plain article is about.

    Args:
        text: a title line, then paragraphs.
        published: UTC-aware; the day from which the baseline holds.
        url: where the article stands, or an empty string.
        slug: the watch's short name.
        with_facts: whether the embedded engine reads the article's facts into the baseline; the lead is found in any
            case, and :func:`with_facts_of` puts those of another reader there.

    Returns:
        An unreviewed watch without feeds, with one rule that takes every change; each fact's quote
        stands verbatim in the baseline's text.

    Raises:
        ContentError: the text is empty, too large, in a language that is not read, or names neither a mission nor a
            place.
    """
    if not text.strip():
        raise ContentError("empty", "The article is empty.", remedy="Give a text with a title line and paragraphs.")
    if len(text) > MAX_TEXT:
        raise ContentError("too-large", f"The article has over {MAX_TEXT:,} characters.", remedy="Give one article.")
    title = next(line.strip() for line in text.splitlines() if line.strip())
    code = language.detect_language("", text)
    told, parts, original = _in_english(text, title, code)
    heading = title if code == language.ENGLISH else told.split("\n", 1)[0]
    body = tuple(part for part in parts if text[part.start : part.end] != title)
    who = find_mission_names(heading, body)
    leads = frozenset(c.name for m in _LED.finditer(told) for c in countries.mentions(m.group(1) or m.group(2)))
    where = places(heading, body, who.longs, leads)
    if not where and not who.longs and not who.shorts:
        where = anywhere(told)
    if not where and not who.longs and not who.shorts:
        raise ContentError(
            "no-text", "The article names neither a mission nor a place.", remedy="Give an article about one mission."
        )
    long = who.longs[0] if who.longs else ""
    lead = _lead(text, parts, where[0] if where else "", long)
    names = _names(who, where, title, original)
    bare = Watch(
        slug=slug,
        title=squeeze(original.get(long, long) or (who.shorts[0] if who.shorts else title)),
        names=names,
        places=where,
        languages=(code,),
        feeds=(),
        baseline=Baseline(title, "", published, url, text, (lead,) if lead else ()),
        rules=(AlertRule("every change"),),
    )
    if not with_facts:
        return bare
    return with_facts_of(bare, EncodedReader().state(article_of(bare), bare))


def _in_english(text: str, title: str, code: str) -> tuple[str, tuple[sentences.Sentence, ...], dict[str, str]]:
    """The article in English, its sentences, and the mission names of the original by what they are in English.

    Raises:
        ContentError: the article is in a language that is not read.
    """
    if code == language.ENGLISH:
        return text, sentences.split_sentences(text), {}
    if code not in language.GLOSSED:
        raise ContentError(
            "no-text",
            f"The article is written in {language.language_name(code)}.",
            remedy="Give an article in English, French or Spanish.",
        )
    names = language.english_names(text, code)
    parts = tuple(
        part._replace(text=language.gloss(part.text, code, tuple(names.items())))
        for part in sentences.split_sentences(text, code)
    )
    heading = language.gloss(title, code, tuple(names.items()))
    return "\n".join((heading, *(part.text for part in parts))), parts, {told: name for name, told in names.items()}


def _names(who: MissionNames, where: tuple[str, ...], title: str, original: Mapping[str, str]) -> tuple[Name, ...]:
    """The mission's names; where the article is not in English, each as it is there and then in English."""
    names = [Name(text) for long in who.longs for text in dict.fromkeys((original.get(long, long), long))]
    context = _context(where)
    # Four letters and more are seldom somebody else's initials, and whose the article is, the encoder says too.
    names += [Name(short, acronym=True, context=context if len(short) < SHORT else ()) for short in who.shorts]
    if not names:
        names.append(Name(f"{where[0]} mission" if where else shorten(title, 60)))
    return tuple(names)


def name_of(text: str, where: tuple[str, ...]) -> Name:
    """A name that a person gives. One word in capitals is initials, which need a place beside them if short."""
    initials = " " not in text and sum(char.isupper() for char in text) >= max(2, len(text) - 2)
    return Name(text, acronym=initials, context=_context(where) if initials and len(text) < SHORT else ())


def _context(where: tuple[str, ...]) -> tuple[str, ...]:
    words: list[str] = []
    for place in where:
        country = countries.BY_NAME.get(place)
        words += [*country.words, *country.capitals] if country else [place]
    return tuple(words)


def _lead(text: str, parts: tuple[sentences.Sentence, ...], place: str, long: str) -> Fact | None:
    """Who leads the mission, with the sentence that says so: "X-led", "run by X", or the sender in its name."""
    for part in parts:
        for m in _LED.finditer(part.text):
            who = m.group(1) or m.group(2)
            named = [c.name for c in countries.mentions(who) if c.name != place]
            body = next((full for full, short in mission.ORGANISATIONS.items() if who == full or who in short), "")
            if (named or body) and not re.search(
                r"\b(?:push|want|would|next|propos|replace)\w* [^.]{0,40}$", part.text[: m.start()]
            ):
                quote = text[part.start : part.end]
                typed = TypedFact(Slot.LEAD, "", Parts(country=named[0]) if named else Parts(organisation=body))
                value = named[0] if named else body
                return Fact(Aspect.LEAD, "lead", Stage.IN_EFFECT, value, quote, part.start, fact=typed)
    sender = next((full for full in mission.ORGANISATIONS if mission.sends(full, long)), "")
    if sender:
        for part in parts:
            if long in part.text:
                quote = text[part.start : part.end]
                typed = TypedFact(Slot.LEAD, "", Parts(organisation=sender))
                return Fact(Aspect.LEAD, "lead", Stage.IN_EFFECT, sender, quote, part.start, fact=typed)
    return None


def article_of(watch: Watch) -> Article:
    """Return the article that ``watch`` was drafted from, as a reader takes it."""
    baseline = watch.baseline
    return Article(
        article_id=content_id("article", baseline.url, baseline.text),
        entry_id=content_id("entry", baseline.url),
        url=baseline.url,
        outlet="",
        title=baseline.title,
        text=baseline.text,
        published=baseline.published,
        precision=Precision.DAY,
        published_source="given",
        fetched_at=baseline.published,
    )


def with_facts_of(bare: Watch, reading: Reading) -> Watch:
    """Put what a reader found stated in the article into the baseline, each aspect and subject once, in text order.

    Args:
        bare: a draft without facts, but for the lead that its rules found.
        reading: of the article of ``bare``.
    """
    base = bare.baseline
    lead = next(iter(base.facts), None)
    best: dict[tuple[Aspect, str, Stage], Claim] = {}
    for claim in reading.claims:
        if claim.confidence == 0.0 or claim.quote.strip() == base.title or claim.quote[-1:] not in '.!?"”’»':
            continue
        key = (claim.aspect, subject_key(claim.aspect, claim.subject), claim.stage)
        if key not in best or best[key].confidence < claim.confidence:
            best[key] = claim
    facts = [Fact(c.aspect, c.subject, c.stage, c.value, c.quote, c.start, c.event_date, c.fact) for c in best.values()]
    if lead is not None:
        settled = (Stage.DECIDED, Stage.IN_EFFECT)
        facts = [lead, *(f for f in facts if f.aspect is not Aspect.LEAD or f.stage not in settled)]
    ordered = sorted(facts, key=lambda f: (f.start, f.aspect.value, f.subject))
    return replace(bare, baseline=replace(base, facts=tuple(ordered)))
