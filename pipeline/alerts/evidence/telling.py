"""Tell a trail in steps: what was done with a page, its claims and their changes. Pure.

Rows come as the store has them, by section, so that the trail of one address and the trails of a whole month are told
by the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from pipeline.alerts.evidence.steps import (
    ALERT_CHANGES,
    COMPARED,
    MARKS,
    Branch,
    Compared,
    Row,
    Score,
    Step,
    Trail,
    TrailAccount,
    as_sentence,
    describe_row,
    is_unread,
    stage_words,
    value_words,
    web_url,
)
from pipeline.board.compare.history import SAME
from pipeline.board.compare.verdicts import RESTATED, RESTATES, SURE
from pipeline.model import AlertRule
from pipeline.model.text import format_day, format_moment


def account_of(trail: Trail, rules: Sequence[AlertRule] = ()) -> TrailAccount:
    """Tell ``trail`` in steps.

    Args:
        trail: rows by section; sections that are not there count as empty.
        rules: the watch's alert rules as they stand now, for their thresholds; the store keeps none.
    """
    return TrailAccount(tuple(_page_steps(trail)), tuple(_branches(trail, rules)))


# -- the page ------------------------------------------------------------------------------------


def _page_steps(trail: Trail) -> Iterator[Step]:
    feeds = {row["feed_id"]: row for row in trail.get("feeds", ())}
    entries = trail.get("entries", ())
    if not entries:
        for feed in feeds.values():
            state = str(feed["state"]).replace("_", " ")
            why = as_sentence(feed["last_reason"] or "nothing to say")
            told = f"The feed {feed['feed']} is in state {state}: {why}"
            yield Step("feed", told, feed["last_polled_at"], url=web_url(feed["url"]), id=str(feed["feed_id"]))
    for place, entry in enumerate(entries):
        feed_name = feeds[entry["feed_id"]]["feed"] if entry["feed_id"] in feeds else "a feed"
        again = " as a new revision" if place and entry["guid"] == entries[0]["guid"] else ""
        told = f"The feed {feed_name} brought the entry{again}: {as_sentence(entry['title'] or 'without a title')}"
        yield Step("entry", told, entry["seen_at"], url=web_url(entry["url"]), id=str(entry["entry_id"]))
    for is_same, fetches in groupby(trail.get("fetches", ()), lambda fetch: bool(fetch["outcome"] == "same")):
        rows = tuple(fetches)
        yield from _looked_at_again(rows) if is_same else map(_fetched, rows)
    for article in trail.get("articles", ()):
        yield _article(article)
    for reading in trail.get("readings", ()):
        yield _reading(reading)
    said_of = (*trail.get("claims", ()), *trail.get("changes", ()))
    yield from (_mark(mark) for mark in trail.get(MARKS, ()) if not any(_is_of(mark, row) for row in said_of))


def _looked_at_again(fetches: Sequence[Row]) -> Iterator[Step]:
    """Tell later looks that found nothing new: a page behind an alert is checked each day, for two weeks."""
    last = fetches[-1]
    times = "once" if len(fetches) == 1 else f"{len(fetches)} times"
    until = "" if len(fetches) == 1 else f", the last time on {format_moment(last['fetched_at'])}"
    told = f"Its page was looked at again {times}{until}, and has the text that we hold."
    yield Step("page", told, fetches[0]["fetched_at"], url=web_url(last["final_url"] or last["url"]))


def _fetched(fetch: Row) -> Step:
    parts = [f"attempt {fetch['attempt']}"]
    parts += [f"HTTP {fetch['status']}"] if fetch["status"] is not None else []
    parts += [f"{fetch['size']:,} bytes"] if fetch["size"] else []
    stored = fetch["outcome"] == "stored"
    told = "Its page was fetched and stored" if stored else f"Its page was {fetch['outcome']}"
    reason = f": {as_sentence(fetch['reason'])}" if fetch["reason"] else "."
    return Step(
        "page",
        f"{told} ({', '.join(parts)}){reason}",
        fetch["fetched_at"],
        url=web_url(fetch["final_url"] or fetch["url"]),
        id=str(fetch["fetch_id"]),
        ends=not stored and fetch["retry_at"] is None,
    )


def _article(article: Row) -> Step:
    origin = article["origin"]
    wrote = f", first written by {origin}" if origin and origin not in (article["outlet"], article["family"]) else ""
    title = as_sentence(article["title"] or "without a title")
    told = f"{article['outlet'] or 'An outlet'} published it{wrote}: {title}"
    if article.get("text_removed_at") is not None:
        told += f" Its text was removed on {format_moment(article['text_removed_at'])} because of its age."
    return Step(
        "article", told, article["published"], url=web_url(article["url"]), id=str(article["article_id"])
    )  # fmt: skip


def _reading(reading: Row) -> Step:
    about = "It is about the mission" if reading["relevant"] else "It is not about the mission"
    about = "It was not read" if is_unread(reading) else about
    reason = f": {reading['reason']}" if reading["reason"] else ""
    claims = reading["claims"] or 0
    found = f"; {claims} claim{'' if claims == 1 else 's'}" if reading["relevant"] else ""
    return Step("reading", f"{about}{reason}{found} (engine {reading['engine']}).", ends=not claims)


# -- claims and changes --------------------------------------------------------------------------


def _branches(trail: Trail, rules: Sequence[AlertRule]) -> Iterator[Branch]:
    changes = {row["change_id"]: row for row in trail.get("changes", ())}
    compared = {row["change_id"]: row for row in (*trail.get(COMPARED, ()), *changes.values())}
    seen: set[UUID] = set()
    for claim in trail.get("claims", ()):
        change = changes.get(claim["change_id"])
        seen |= {claim["change_id"]} if change is not None else set()
        steps = [_claim(claim), _verdict(claim, compared)]
        steps += [_mark(row) for row in trail.get(MARKS, ()) if _is_of(row, claim)]
        if change is not None:
            steps += _after(change, trail, rules, compared)
        yield Branch(
            claim_id=str(claim["claim_id"]),
            change_id=str(change["change_id"]) if change is not None else "",
            title=describe_row(claim),
            verdict=str(claim["verdict"] or "not judged yet"),
            steps=tuple(steps),
        )
    for change in changes.values():
        if change["change_id"] not in seen:
            steps = _after(change, trail, rules, compared)
            steps += [_mark(row) for row in trail.get(MARKS, ()) if _is_of(row, change)]
            yield Branch("", str(change["change_id"]), describe_row(change), str(change["verdict"]), tuple(steps))


def _claim(claim: Row) -> Step:
    found = dict.fromkeys(cue.strip() for cue in (claim["why"] or "").split(","))
    cues = f" What led to it: {', '.join(found)}." if claim["why"] else ""
    background = " It tells this as background." if claim["background"] else ""
    start, end = claim["quote_start"], claim["quote_end"]
    where = "in the title" if start < 0 else f"characters {start} to {end} of the text"
    score = Score(
        "confidence of the reading", claim["confidence"], SURE, "under it, a claim is too weak to move the board"
    )
    return Step(
        "claim",
        f"A sentence says so ({where}).{cues}{background}",
        claim["published"],
        quote=claim["quote"] or "",
        id=str(claim["claim_id"]),
        scores=(score,),
    )


def _verdict(claim: Row, known: Mapping[UUID, Row]) -> Step:
    verdict, reason = claim["verdict"], claim["reason"] or "no reason recorded"
    if verdict is None:
        return Step("verdict", "It has not been judged yet.")
    against = known.get(claim["against"])
    likeness, matched = claim["similarity"] or 0.0, ""
    scores: tuple[Score, ...] = ()
    if str(reason).startswith(RESTATES):
        # Before this was kept, the likeness to the nearest event stood there: no score that the verdict rests on.
        if likeness >= RESTATED:
            scores = (Score("chance that it restates old news", likeness, RESTATED, "from it on, it is old news"),)
    elif claim["against"] is not None and likeness < SAME:
        matched = " It was matched by its subject, and not by its words."
    elif likeness:
        scores = (Score("likeness to what the board had", likeness, SAME, "from it on, it tells of the same event"),)
    return Step(
        "verdict",
        f"{str(verdict).capitalize()}: {as_sentence(reason)}{matched}",
        scores=scores,
        compared=_compared(against) if against is not None else None,
        ends=claim["change_id"] is None,
    )


def _is_of(mark: Row, row: Row) -> bool:
    """Decide whether a correction is about this claim or change, by id or by sentence."""
    if mark["claim_id"] is not None and mark["claim_id"] == row["claim_id"]:
        return True
    if mark["change_id"] is not None and mark["change_id"] == row["change_id"]:
        return True
    return bool(mark["quote"]) and (mark["quote"], mark["engine_aspect"]) == (row["quote"], row["aspect"])


def _mark(mark: Row) -> Step:
    """Tell what a person corrected."""
    note = f": {as_sentence(mark['note'])}" if mark["note"] else "."
    undone = "" if mark["counts"] else " It was taken back since."
    who = mark["author"]
    said_so = (
        f"A mark was taken back by {who}"
        if mark["kind"] == "undone"
        else f"Marked {stage_words(mark['kind'])} by {who}"
    )
    return Step("mark", f"{said_so}{note}{undone}", mark["made_at"], id=str(mark["mark_id"]))


def _after(change: Row, trail: Trail, rules: Sequence[AlertRule], known: Mapping[UUID, Row]) -> list[Step]:
    """List the steps after a change: alerts, deliveries, and what was found later."""
    mine = change["change_id"]
    steps = [_changed(change, known)]
    if change["verdict"] in ("baseline", "withdrawn"):
        return steps + list(_told(trail, mine))
    steps += [_rule(rule, change) for rule in rules]
    reasons = sorted({row["reason"] for row in trail.get("silences", ()) if row["change_id"] == mine})
    steps += [Step("alert rules", f"No alert was due: {reason}.", ends=True) for reason in reasons]
    steps += _told(trail, mine)
    steps += [_check(row) for row in trail.get("checks", ()) if row["change_id"] == mine]
    steps += [
        Step("recall", f"What was told to {row['channel']} was taken back: {row['reason']}.", row["recalled_at"])
        for row in trail.get("recalls", ())
        if row["change_id"] == mine
    ]
    return steps


def _changed(change: Row, known: Mapping[UUID, Row]) -> Step:
    before = known.get(change["supersedes"])
    if change["verdict"] == "baseline":
        told = f"Known at the start: {describe_row(change)}."
    elif change["verdict"] == "withdrawn":
        why = as_sentence(change["reason"] or "its source no longer says so")
        told = f"Taken back: {describe_row(change)}, since {why}"
    elif change["disputed_value"]:
        also = value_words(change["disputed_value"])
        told = f"The board has {value_words(change['value'])}, and now also {also}: a dispute."
    elif change["before_stage"]:
        old = f"{value_words(change['before_value']) or 'nothing'} ({stage_words(change['before_stage'])})"
        told = f"The board changed: {old} became {value_words(change['value'])} ({stage_words(change['stage'])})."
    else:
        told = f"The board, which said nothing of it, has now: {describe_row(change)}."
    return Step(
        "change",
        told,
        change["known_at"],
        quote="" if change["claim_id"] is not None else change["quote"] or "",
        id=str(change["change_id"]),
        compared=_compared(before, "in place of") if before is not None else None,
    )


def _rule(rule: AlertRule, change: Row) -> Step:
    """Tell what a rule, as it stands now, does with the change."""
    name = f"Rule '{rule.name}', as it stands now,"
    for what, wanted in (("aspect", rule.aspects), ("stage", rule.stages)):
        if wanted and change[what] not in wanted:
            return Step("alert rules", f"{name} does not take the {what} {stage_words(change[what])}.")
    confidence = change["confidence"]
    scores = (
        Score("confidence", confidence, rule.min_confidence, "under it, the rule tells nothing"),
        Score("confidence", confidence, rule.at_once, "under it, it waits for the digest or for a second origin"),
    )
    taken = "takes it" if confidence >= rule.min_confidence else "holds it back"
    return Step("alert rules", f"{name} {taken}.", scores=scores)


def _told(trail: Trail, change_id: UUID) -> Iterator[Step]:
    ours = {row["alert_id"] for row in trail.get(ALERT_CHANGES, ()) if row["change_id"] == change_id}
    for alert in trail.get("alerts", ()):
        if alert["alert_id"] not in ours:
            continue
        kind = str(alert["kind"] or "alert").replace("_", " ")
        if alert["delivered_at"] is not None:
            told = f"Delivered to {alert['channel']} on {format_moment(alert['delivered_at'])}"
        else:
            told = f"For {alert['channel']}: {str(alert['state']).replace('_', ' ')}"
            told += f", {alert['last_error']}" if alert["last_error"] else ""
        tries = f" after {alert['attempts']} attempts" if (alert["attempts"] or 0) > 1 else ""
        planned = f" Planned because of rule '{alert['rule']}'." if alert["rule"] else ""
        yield Step(kind, f"{told}{tries}.{planned}", alert["planned_at"], id=str(alert["alert_id"]))


def _check(row: Row) -> Step:
    looked = (
        "A person took it back" if row["finding"] == "marked" else f"Its page was looked at again: {row['finding']}"
    )
    told = f"{looked}, {row['reason']}."
    if row["supported_by"]:
        told += f" It stands, since {row['supported_by']} says so too."
    return Step(
        "later look",
        told,
        row["checked_at"],
        quote=row["new_sentence"] or "",
        url=web_url(row["url"]),
        ends=row["withdrawal_id"] is not None,
    )


def _compared(change: Row, how: str = "compared with") -> Compared:
    start = ", known at the start" if change["verdict"] == "baseline" else ""
    return Compared(
        how=how,
        change_id=str(change["change_id"]),
        says=f"{describe_row(change)}, since {format_day(change['held_from'])}",
        quote=change["quote"] or "",
        source=f"{change['outlet'] or 'the baseline'}, {format_day(change['known_at'])}{start}",
        url=web_url(change["url"]),
    )
