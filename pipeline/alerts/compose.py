"""Compose the message about changes: what became of what, both sentences, the sources and the confidence. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote
from uuid import UUID

from pipeline.alerts.message import SUBJECT_LIMIT, Fact, Message, Section, subject_of
from pipeline.board.fold import corroborated
from pipeline.model import Article, Change, Stage, Verdict, Watch, escape, phrasing

AT_ONCE, DIGEST, CONFIRMED = "at once", "digest", "confirmed"
# From which confidence on we use which word; what the numbers are worth stands in docs/quality.md.
SURE_WORDS = ((0.9, "very sure"), (0.8, "sure"), (0.7, "fairly sure"), (0.5, "uncertain"), (0.0, "doubtful"))
_SOME_UNCERTAIN = "What is marked uncertain rests on one source, or on a sentence that may be read otherwise."
_UNCERTAIN = "UNCERTAIN: one source, or a sentence that may be read otherwise. A second source makes it an alert."
_CONFIRMED = "CONFIRMED: a second, independent origin now says what was too uncertain to be told at once."

# What a verdict means to a reader; its name is for programs, and stands among the facts.
_VERDICT_MEANS = {
    Verdict.ADVANCES: "what was expected has come nearer, or has come",
    Verdict.REVISES: "the same thing, with another value",
    Verdict.REVERSES: "the contrary of what held",
    Verdict.DISPUTES: "sources disagree, and both stand on the board",
    Verdict.WITHDRAWN: "its source no longer says so",
}


def compose_message(
    changes: Sequence[Change],
    *,
    articles: Mapping[UUID, Article],
    before: Mapping[UUID, Change],
    origins: Mapping[UUID, int],
    kind: str,
    watch: Watch,
    uncertain: Collection[UUID] = (),
    folder: str = "DIR",
    page_url: str = "",
    intro: str = "",
    closing: str = "",
) -> Message:
    """Compose the message that tells ``changes``.

    Args:
        changes: at least one, in the order in which they are told.
        articles: by id: those behind the changes, and behind the ones that they take the place of.
        before: earlier changes by their own id, in the order in which the board took them; the one that a change takes
            the place of is quoted.
        origins: how many independent origins say so, by the change's id; a change that is not there has its own.
        kind: ``at once``, ``digest`` or ``confirmed``, or another word, which then stands before the subject.
        watch: the mission.
        uncertain: the ids of those of ``changes`` that their rules call uncertain, see ``rules.uncertain_changes``.
        folder: where the watch's files are, as an operator writes it, for the command that tells why.
        page_url: address of a page about a change, with ``{change_id}`` and ``{watch}`` in it; may be empty.
        intro: what stands first; empty takes the kind's own words.
        closing: what stands last: what was done, how to acknowledge.
    """
    sections = tuple(
        compose_section(
            change,
            article=articles.get(change.article_id) if change.article_id else None,
            before=_predecessor(change, before),
            articles=articles,
            origins=origins.get(change.change_id, 1 if change.article_id else 0),
            uncertain=change.change_id in uncertain,
            folder=folder,
            page_url=page_url,
        )
        for change in changes
    )
    unsure = [change.change_id in uncertain for change in changes]
    subject = subject_line(changes, watch, kind, uncertain=all(unsure))
    return Message(subject, intro or _intro(unsure, kind), sections, closing)


def compose_section(
    change: Change,
    *,
    article: Article | None,
    before: Change | None,
    origins: int,
    articles: Mapping[UUID, Article] | None = None,
    uncertain: bool = False,
    folder: str = "DIR",
    page_url: str = "",
) -> Section:
    """Compose the section about one change; see :func:`compose_message` for the arguments."""
    asked = article.url if article else str(change.change_id)
    old_article = (articles or {}).get(before.article_id) if before and before.article_id else None
    return Section(
        heading=f"{change.aspect.capitalize()}{' (uncertain)' if uncertain else ''}",
        became=became(change),
        before_quote=before.quote if before else "",
        after_quote=change.quote,
        notes=_notes(change, origins),
        source=_source(article),
        title=article.title if article else "",
        url=article.url if article else "",
        trail=trail_command(folder, asked),
        asked=asked,
        trail_url=change_page_url(page_url, str(change.change_id), change.watch),
        before_source=_before_source(before, old_article),
        facts=_facts(change, article, origins),
    )


def change_page_url(template: str, change_id: str, watch: str) -> str:
    """Return the address of the page about a change: ``template`` with its fields filled in."""
    return template.replace("{change_id}", change_id).replace("{watch}", quote(watch, safe=""))


def recall_section(change: Change, article: Article | None, *, then: str, now: str, found: str, url: str) -> Section:
    """Compose the section about a change that is taken back.

    Args:
        change: what was told.
        article: the one that said so.
        then, now: the sentence that was quoted, and what stands there now; the latter may be empty.
        found: what has become of the sentence, in plain English.
        url: of the page that was looked at again.
    """
    return replace(
        compose_section(change, article=article, before=None, origins=0),
        became=f"taken back: {became(change)}",
        before_quote=then,
        after_quote=now,
        notes=(found, "No other origin says so: the board no longer counts it."),
        url=url,
        trail=trail_command("DIR", url),
        asked=url,
    )


def trail_command(folder: str, asked: str, data_dir: str = "") -> str:
    """Return the command that shows the trail of ``asked``, to be pasted.

    Args:
        folder: where the watch's files are.
        asked: an address or an id. What stands in an address is a stranger's: quoted, a shell runs none of it.
        data_dir: where the command has to name it; else empty.
    """
    parts = ["missionwatch", "why", folder, escape.line(asked)]
    return shlex.join([*parts, "--data-dir", data_dir] if data_dir else parts)


def stage_words(stage: Stage) -> str:
    """Return the stage as people write it."""
    return phrasing.STAGE_WORDS[stage]


def became(change: Change) -> str:
    """Describe the change in one line: what became what."""
    after = f"{change.subject}: {change.value} ({stage_words(change.stage)})"
    if change.verdict is Verdict.DISPUTES and change.disputed_value:
        return f"{change.subject}: {change.value}, and now also {change.disputed_value}: sources disagree"
    if change.before_stage is None:
        return f"{after}; the board said nothing of it"
    if change.before_value == change.value:
        was, now = stage_words(change.before_stage), stage_words(change.stage)
        return f"{change.subject}: {change.value}: {was} became {now}" if was != now else after
    old = f"{change.before_value or 'nothing'} ({stage_words(change.before_stage)})"
    return f"{change.subject}: {old} became {change.value} ({stage_words(change.stage)})"


def confidence_words(confidence: float) -> str:
    """Return a confidence in words and as a number: ``sure (0.85)``."""
    shown_as = f"{confidence:.2f}"
    # By the number as it is shown: 0.899 is shown as 0.90, so it has that word.
    word = next(word for floor, word in SURE_WORDS if float(shown_as) >= floor)
    return f"{word} ({shown_as})"


def subject_line(changes: Sequence[Change], watch: Watch, kind: str = AT_ONCE, *, uncertain: bool = False) -> str:
    """Return a subject with the first change and how many more there are, at most 90 characters.

    ``uncertain`` marks a digest in which nothing is sure.
    """
    first = changes[0]
    called = "uncertain" if kind == DIGEST and uncertain else kind
    mark = "" if called == AT_ONCE else f"{called}: "
    if first.fact is None:  # of a version that did not type it
        said = f"{first.aspect} {stage_words(first.stage)}: {first.value or first.subject}"
        return subject_of(f"{mark}{watch.title}: {said}", more=len(changes) - 1)
    heads = (
        f"{mark}{watch.title}: {line}" for line in (phrasing.headline(first), phrasing.headline(first, short=True))
    )
    whole = next((head for head in heads if len(head) <= SUBJECT_LIMIT - len(" (+99)")), None)
    return subject_of(whole or f"{mark}{phrasing.headline(first, short=True)}", more=len(changes) - 1)


def _intro(unsure: Sequence[bool], kind: str) -> str:
    if kind == CONFIRMED:
        return _CONFIRMED
    if kind != DIGEST or not any(unsure):
        return ""
    return _UNCERTAIN if all(unsure) else _SOME_UNCERTAIN


def _predecessor(change: Change, known: Mapping[UUID, Change]) -> Change | None:
    """Return the change that said A, where ``change`` makes A into B; None where it is not known.

    It is superseded by name, or is the last one of its subject whose row on the board ``change`` changes.
    """
    if change.supersedes:
        return known.get(change.supersedes)
    if change.before_stage is None:
        return None
    found = None
    for other in earlier_changes(change, known):
        # The row that a dispute leaves as it was is somebody else's word, not the disputing article's.
        is_word = other.verdict is not Verdict.DISPUTES
        if is_word and other.value == change.before_value and other.stage is change.before_stage:
            found = other
    return found


def earlier_changes(change: Change, known: Mapping[UUID, Change]) -> Iterator[Change]:
    """Yield the changes of the same subject that were ``known`` before ``change``, in the order of the board."""
    for other in known.values():
        if other.change_id == change.change_id:
            return
        if (other.aspect, other.subject_key) == (change.aspect, change.subject_key):
            yield other


def _notes(change: Change, origins: int) -> tuple[str, ...]:
    since = f"Since {_day(change.held_from)}" if change.event_date else f"Reported {_day(change.known_at)}"
    counted = "" if not origins else "; one origin so far" if origins == 1 else f"; {origins} independent origins"
    meaning = _VERDICT_MEANS.get(change.verdict, "")
    return (
        f"{since}: {meaning}" if meaning else since,
        f"How sure: {confidence_words(corroborated(change.confidence, origins))}{counted}",
    )


def _source(article: Article | None) -> str:
    if article is None:
        return ""
    origin = f", first written by {article.origin}" if article.origin and article.origin != article.family else ""
    return f"{article.outlet}{origin}, {article.published:%d %b %Y %H:%M} UTC"


def _before_source(before: Change | None, article: Article | None) -> str:
    if before is None:
        return ""
    if article is not None:
        return f"{article.outlet}, {_day(article.published)}"
    return f"{'baseline' if before.verdict is Verdict.BASELINE else 'reported'}, {_day(before.known_at)}"


def _facts(change: Change, article: Article | None, origins: int) -> tuple[tuple[str, Fact], ...]:
    """Return the change for programs: the names that docs/channels.md documents."""
    return (
        ("change_id", str(change.change_id)),
        ("aspect", str(change.aspect)),
        ("subject", change.subject),
        ("verdict", str(change.verdict)),
        ("stage", str(change.stage)),
        ("value", change.value),
        ("before_stage", str(change.before_stage) if change.before_stage else None),
        ("before_value", change.before_value),
        ("disputed_value", change.disputed_value),
        ("held_from", change.held_from.isoformat()),
        ("known_at", change.known_at.isoformat()),
        ("event_date", change.event_date.isoformat() if change.event_date else None),
        ("confidence", round(change.confidence, 4)),
        ("origins", origins),
        ("supersedes", str(change.supersedes) if change.supersedes else None),
        ("article_id", str(change.article_id) if change.article_id else None),
        ("outlet", article.outlet if article else None),
        ("origin", (article.origin or None) if article else None),
        ("published", article.published.isoformat() if article else None),
    )


def _day(when: date) -> str:
    return f"{when:%d %b %Y}"
