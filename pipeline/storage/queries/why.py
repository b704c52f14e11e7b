"""The trail of one thing: from the feed that brought it to the delivery, and why it ended where it did."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pipeline.model.errors import NotFoundError, UsageError
from pipeline.model.redact import without_secrets
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries

_ID = re.compile(r"[0-9a-f][0-9a-f-]{7,35}", re.IGNORECASE)
LOOSE = r"^https?://(www\.)?|/*#.*$|/+$"
LOOSE_SQL = r"regexp_replace(lower({}), '^https?://(www\.)?|/*#.*$|/+$', '', 'g')"
LONGEST = 2_048  # characters of what may be asked for


@dataclass(frozen=True, slots=True)
class Trail:
    """All that the store has of one thing, as plain rows in the order of the flow.

    Attributes:
        asked: the address or id that was asked for.
        ends: in plain English, where the trail ends and why.
    """

    asked: str
    feeds: tuple[Row, ...] = ()
    entries: tuple[Row, ...] = ()
    fetches: tuple[Row, ...] = ()
    articles: tuple[Row, ...] = ()
    readings: tuple[Row, ...] = ()
    claims: tuple[Row, ...] = ()
    changes: tuple[Row, ...] = ()
    silences: tuple[Row, ...] = ()
    alerts: tuple[Row, ...] = ()
    deliveries: tuple[Row, ...] = ()
    checks: tuple[Row, ...] = ()
    recalls: tuple[Row, ...] = ()
    marks: tuple[Row, ...] = ()
    ends: str = ""


class TrailQueries(Queries):
    """Why something became an alert, or did not."""

    def why(self, watch: str, url_or_id: str, known_at: datetime | None = None) -> Trail:
        """The trail of a feed, entry, article, claim, change or alert.

        Args:
            watch: the watch's short name.
            url_or_id: an address (of a page or a feed; ``http``, ``www.``, a fragment and a
                slash at the end don't matter), or an id, or its first 8 digits or more.
            known_at: what came later does not count; None for all.

        Raises:
            UsageError: it can be no address or id.
            NotFoundError: nothing is known of it, or nothing was by then; says what was looked for.
        """
        asked, told = url_or_id.strip(), without_secrets(url_or_id.strip())
        if not asked or len(asked) > LONGEST:
            raise UsageError("An address or an id is needed.", remedy="Take one from the views articles or changes.")
        entries, articles, changes, feeds = (
            self._by_id(watch, asked.lower()) if _ID.fullmatch(asked) else self._by_url(watch, asked)
        )
        entries |= self._ids("SELECT entry_id FROM entry_article WHERE {} ", "article_id", articles)
        for links in ("entry_article", "article_revision"):
            articles |= self._ids(f"SELECT article_id FROM {links} WHERE {{}} ", "entry_id", entries)  # noqa: S608
        if not (entries or articles or changes or feeds):
            kind = "id" if _ID.fullmatch(asked) else "address"
            raise NotFoundError(
                f"Nothing is known of the {kind} {told}: it is none of a feed, entry, fetch, article, claim, change, "
                f"alert or delivery of the watch {watch}.",
                remedy="See the views articles and feed_health for what has been read, and from where.",
            )
        trail = self._trail(watch, told, entries, articles, changes, feeds)
        if known_at is not None:
            then = as_known(trail, known_at)
            if then is None:
                raise NotFoundError(
                    f"Nothing was known of {told} by {_when(known_at)}.",
                    remedy="Ask for a later known_at, or without one.",
                )
            trail = then
        return replace(trail, ends=self._end(trail, known_at))

    def _by_id(self, watch: str, prefix: str) -> tuple[set[UUID], set[UUID], set[UUID], set[UUID]]:
        def find(sql: str) -> set[UUID]:
            params = [watch, prefix] if "watch = ?" in sql else [prefix]
            return {next(iter(row.values())) for row in self._db.rows(sql, params)}

        ours = "feed_id IN (SELECT feed_id FROM watch_feed WHERE watch = ?)"
        starts = "starts_with(CAST({} AS VARCHAR), ?)"
        feeds = find(f"SELECT feed_id FROM watch_feed WHERE watch = ? AND {starts.format('feed_id')}")  # noqa: S608
        entries = find(f"SELECT entry_id FROM entry WHERE {ours} AND {starts.format('entry_id')}")  # noqa: S608
        entries |= find(
            f"SELECT entry_id FROM page_fetch JOIN entry USING (entry_id) WHERE {ours} "  # noqa: S608
            f"AND {starts.format('fetch_id')}"
        )
        articles = find(f"SELECT article_id FROM article WHERE {starts.format('article_id')}")  # noqa: S608
        articles |= find(
            f"SELECT article_id FROM claim JOIN verdict USING (claim_id) WHERE watch = ? "  # noqa: S608
            f"AND {starts.format('claim_id')}"
        )
        changes = find(f"SELECT change_id FROM change WHERE watch = ? AND {starts.format('change_id')}")  # noqa: S608
        changes |= find(
            "SELECT l.change_id FROM alert_change l JOIN alert a USING (alert_id) WHERE a.watch = ? "  # noqa: S608
            f"AND {starts.format('l.alert_id')}"
        )
        changes |= find(
            "SELECT l.change_id FROM delivery d JOIN alert_change l USING (alert_id) JOIN alert a USING (alert_id) "  # noqa: S608
            f"WHERE a.watch = ? AND {starts.format('d.delivery_id')}"
        )
        articles |= self._ids("SELECT article_id FROM change WHERE article_id IS NOT NULL AND {}", "change_id", changes)
        return entries, articles, changes, feeds

    def _by_url(self, watch: str, url: str) -> tuple[set[UUID], set[UUID], set[UUID], set[UUID]]:
        # As it stands, and as a feed's address is stored.
        loose = [re.sub(LOOSE, "", one.lower()) for one in {url, without_secrets(url)}]

        def find(sql: str, column: str) -> set[UUID]:
            same = f"{LOOSE_SQL.format(column)} IN (SELECT unnest(CAST(? AS VARCHAR[])))"
            rows = self._db.rows(f"{sql} AND {same}", [watch, loose])
            return {next(iter(row.values())) for row in rows}

        ours = "WHERE feed_id IN (SELECT feed_id FROM watch_feed WHERE watch = ?)"
        fetched = f"SELECT p.entry_id FROM page_fetch p JOIN entry USING (entry_id) {ours}"  # noqa: S608
        entries = find(f"SELECT entry_id FROM entry {ours}", "url")  # noqa: S608
        entries |= find(fetched, "p.url") | find(fetched, "p.final_url")
        articles = find(
            f"SELECT a.article_id FROM article a JOIN entry e USING (entry_id) {ours}",  # noqa: S608
            "a.url",
        )
        feeds = find(f"SELECT feed_id FROM feed {ours}", "url")  # noqa: S608
        changes = find(
            "SELECT change_id FROM change c JOIN baseline b USING (watch) WHERE c.verdict = 'baseline' AND c.watch = ?",
            "b.url",
        )
        return entries, articles, changes, feeds

    def _trail(
        self, watch: str, asked: str, entries: set[UUID], articles: set[UUID], changes: set[UUID], feeds: set[UUID]
    ) -> Trail:
        entry_rows = self._some("SELECT * FROM entry WHERE {} ORDER BY seen_at, entry_id", "entry_id", entries)
        feeds = feeds | {row["feed_id"] for row in entry_rows}
        change_rows = self._some(
            "SELECT * FROM changes WHERE watch = ? AND ({} OR {}) ORDER BY seq", "change_id", changes, articles, watch
        )
        change_ids = {row["change_id"] for row in change_rows}
        alert_ids = self._ids("SELECT alert_id FROM alert_change WHERE {}", "change_id", change_ids)
        recall_rows = self._some("SELECT * FROM recalls WHERE watch = ? AND {}", "change_id", change_ids, None, watch)
        alert_ids |= {row["message_id"] for row in recall_rows if row["message_id"] is not None}
        return Trail(
            asked=asked,
            feeds=self._some("SELECT * FROM feed_health WHERE watch = ? AND {}", "feed_id", feeds, None, watch),
            entries=entry_rows,
            fetches=self._some("SELECT * FROM page_fetch WHERE {} ORDER BY fetched_at, attempt", "entry_id", entries),
            articles=self._some("SELECT * EXCLUDE (text) FROM articles WHERE {}", "article_id", articles),
            readings=self._some(
                "SELECT * FROM reading WHERE watch = ? AND {} ORDER BY engine", "article_id", articles, None, watch
            ),
            claims=self._some(
                "SELECT * FROM claims WHERE watch = ? AND {} ORDER BY published, quote_start",
                "article_id",
                articles,
                None,
                watch,
            ),
            changes=change_rows,
            silences=self._some("SELECT * FROM silence WHERE {} ORDER BY reason", "change_id", change_ids),
            alerts=self._some("SELECT * FROM alerts WHERE {}", "alert_id", alert_ids),
            deliveries=self._some("SELECT * FROM delivery WHERE {} ORDER BY attempted_at", "alert_id", alert_ids),
            checks=self._some(
                "SELECT * FROM evidence_check WHERE watch = ? AND ({} OR {}) ORDER BY checked_at, check_id",
                "change_id",
                change_ids,
                articles,
                watch,
            ),
            recalls=recall_rows,
            marks=self._marks(watch, articles, change_rows),
        )

    def _marks(self, watch: str, articles: set[UUID], changes: Sequence[Row]) -> tuple[Row, ...]:
        """What persons say of these articles, whatever they were called when it was said, and of the changes' rows."""
        rows = self._db.rows(
            """
            SELECT * FROM marks WHERE watch = ? AND mark_id IN (
                SELECT mark_id FROM mark_anchor JOIN article USING (url)
                WHERE list_contains(CAST(? AS VARCHAR[]), CAST(article.article_id AS VARCHAR))
                UNION
                SELECT m.mark_id FROM mark m JOIN change c
                ON c.watch = m.watch AND c.aspect = m.aspect AND c.subject_key = m.subject_key
                WHERE list_contains(CAST(? AS VARCHAR[]), CAST(c.change_id AS VARCHAR)))
            ORDER BY made_at, mark_id""",
            [watch, sorted(map(str, articles)), sorted(str(row["change_id"]) for row in changes)],
        )
        undone = {row["mark_id"] for row in rows if not row["counts"]}
        if undone:
            rows += self._some("SELECT * FROM marks WHERE {}", "undoes", undone)
        return tuple(rows)

    def _end(self, trail: Trail, known_at: datetime | None) -> str:
        newer = None
        if trail.entries and not trail.articles and not trail.fetches:
            last = trail.entries[-1]
            newer = self._db.value(
                "SELECT entry_id FROM entry WHERE feed_id = ? AND guid = ? AND seen_at > CAST(? AS TIMESTAMPTZ) "
                "AND seen_at <= coalesce(CAST(? AS TIMESTAMPTZ), 'infinity') ORDER BY seen_at DESC LIMIT 1",
                [last["feed_id"], last["guid"], last["seen_at"], known_at],
            )
        return how_it_ends(trail, newer)

    def _some(
        self, sql: str, column: str, ids: set[UUID], article_ids: set[UUID] | None = None, watch: str | None = None
    ) -> tuple[Row, ...]:
        among = "list_contains(CAST(? AS VARCHAR[]), CAST({} AS VARCHAR))"
        params: list[object] = [watch] if watch is not None else []
        params.append(sorted(map(str, ids)))
        if article_ids is not None:
            params.append(sorted(map(str, article_ids)))
        return tuple(self._db.rows(sql.format(among.format(column), among.format("article_id")), params))

    def _ids(self, sql: str, column: str, ids: set[UUID]) -> set[UUID]:
        return {next(iter(row.values())) for row in self._some(sql, column, ids)} if ids else set()


def as_known(trail: Trail, known_at: datetime) -> Trail | None:
    """Return ``trail`` without what came after ``known_at``; None where nothing is left of it.

    An article counts from its publication, a later text of a page from when it was seen; a claim keeps the verdict that
    it was given. How a feed does is told of now, so of a feed alone nothing more is told than that it is one.
    """
    if not (trail.entries or trail.articles or trail.changes):
        return replace(trail, feeds=tuple({**row, "state": None} for row in trail.feeds))

    def by_then(rows: Sequence[Row], column: str) -> tuple[Row, ...]:
        return tuple(row for row in rows if row[column] <= known_at)

    def among(rows: Sequence[Row], column: str, ids: Collection[UUID]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row[column] in ids)

    articles = tuple(
        row for row in trail.articles if max(row["published"], row["revised_at"] or row["published"]) <= known_at
    )
    article_ids, brought = ({row[name] for row in articles} for name in ("article_id", "entry_id"))
    entries = tuple(row for row in trail.entries if row["seen_at"] <= known_at or row["entry_id"] in brought)
    changes = by_then(trail.changes, "known_at")
    if not (entries or articles or changes):
        return None
    deliveries = by_then(trail.deliveries, "attempted_at")
    marks = by_then(trail.marks, "watch_time")
    undone = {row["undoes"] for row in marks}
    return replace(
        trail,
        feeds=among(trail.feeds, "feed_id", {row["feed_id"] for row in entries}),
        entries=entries,
        fetches=by_then(trail.fetches, "fetched_at"),
        articles=articles,
        readings=among(trail.readings, "article_id", article_ids),
        claims=among(trail.claims, "article_id", article_ids),
        changes=changes,
        silences=among(trail.silences, "change_id", {row["change_id"] for row in changes}),
        alerts=tuple(_alert_then(row, deliveries, known_at) for row in by_then(trail.alerts, "planned_at")),
        deliveries=deliveries,
        checks=by_then(trail.checks, "checked_at"),
        recalls=by_then(trail.recalls, "recalled_at"),
        marks=tuple({**row, "counts": row["mark_id"] not in undone} for row in marks),
    )


def _alert_then(alert: Row, deliveries: Sequence[Row], known_at: datetime) -> Row:
    """A row of the view ``alerts`` by what had become of it at ``known_at``, as far as ``deliveries`` go."""
    tried = [row for row in deliveries if row["alert_id"] == alert["alert_id"]]
    failed = [row["reason"] for row in tried if row["outcome"] != "delivered"]
    delivered = next((row["attempted_at"] for row in tried if row["outcome"] == "delivered"), None)
    state = "delivered" if delivered else "given_up" if tried and tried[-1]["retry_at"] is None else "pending"
    if alert["state"] == "withdrawn" and alert["recalled_at"] <= known_at:
        state = "withdrawn"
    last = failed[-1] if failed else None
    return {**alert, "state": state, "delivered_at": delivered, "attempts": len(tried), "last_error": last}


def how_it_ends(trail: Trail, newer: UUID | None = None) -> str:
    """Where ``trail`` ends and why, in plain English. ``newer`` is the entry's newer revision, if any."""
    return _how_it_ends(trail, newer) + _marked(trail)


def _how_it_ends(trail: Trail, newer: UUID | None) -> str:
    if trail.alerts:
        return "; ".join(_alert_ends(alert) for alert in trail.alerts) + "." + _taken_back(trail)
    if trail.changes:
        if back := _taken_back(trail):
            return f"It changed the board, and no alert was due.{back}"
        reasons = sorted({row["reason"] for row in trail.silences})
        if reasons:
            return f"It changed the board, and no alert was due: {'; '.join(reasons)}."
        if all(row["verdict"] == "baseline" for row in trail.changes):
            return "It is part of the baseline: known at the start, so no alert was due."
        return "It changed the board; no alert was planned and no reason recorded."
    if trail.claims:
        moved = [f"{row['verdict']} ({row['reason']})" for row in trail.claims]
        return f"It was read, and none of its claims changed the board: {_few(moved)}."
    if trail.readings:
        return f"It was read and makes no claim: {trail.readings[-1]['reason'] or 'no reason recorded'}."
    if trail.articles:
        return "The article is stored and has not been read yet."
    if trail.fetches:
        return _fetch_ends(trail.fetches[-1])
    if newer is not None:
        return f"It was left out: the feed has since brought a newer revision of the same item, {newer}."
    if trail.entries:
        return "The entry is known and its page has not been fetched yet."
    feed = trail.feeds[-1]
    if feed["state"] is None:
        return "It is a feed of the watch; how it does is told of now only."
    return f"It is a feed of the watch, in state {feed['state']}: {feed['last_reason'] or 'nothing more to say'}."


def _taken_back(trail: Trail) -> str:
    """What a later look at the page took back, and what held in spite of it; empty where all stands."""
    lost = {row["change_id"]: row for row in trail.checks if row["withdrawal_id"] is not None}
    held = {row["change_id"]: row for row in trail.checks if row["supported_by"] and row["change_id"] not in lost}
    told = [f"{row['reason']} ({_when(row['checked_at'])})" for row in lost.values()]
    parts = [f" It was taken back: {_few(told)}."] if told else []
    parts += [f" Its page changed, and it stands: {_few([row['reason'] for row in held.values()])}."] if held else []
    return "".join(parts)


def _marked(trail: Trail) -> str:
    """What persons say of it and have not taken back; empty where nobody has spoken."""
    counts = [row for row in trail.marks if row["counts"] and row["kind"] != "undone"]
    if not counts:
        return ""
    from pipeline.board.corrections import KIND_WORDS, CorrectionKind  # half of the package comes with it

    said = [
        f"{KIND_WORDS[CorrectionKind(row['kind'])]} by {row['author']} on {_when(row['made_at'])}"
        f"{': ' + row['note'] if row['note'] else ''}"
        for row in counts
    ]
    return f" It was {_few(said)}."


def _fetch_ends(fetch: Row) -> str:
    if fetch["retry_at"] is not None:
        return f"Its page could not be fetched: {fetch['reason']}; next attempt after {_when(fetch['retry_at'])}."
    return f"Its page was {fetch['outcome']} for good: {fetch['reason']}."


def _alert_ends(alert: Row) -> str:
    if alert["state"] == "withdrawn":
        return f"An alert to {alert['channel']} was withdrawn before it was delivered: {alert['recall_reason']}"
    if alert["kind"] == "recall" and alert["delivered_at"] is not None:
        return f"What was told to {alert['channel']} was recalled on {_when(alert['delivered_at'])}"
    if alert["delivered_at"] is not None:
        return f"An alert was delivered to {alert['channel']} on {_when(alert['delivered_at'])}"
    if alert["state"] == "given_up":
        return f"An alert to {alert['channel']} was given up: {alert['last_error']}"
    why = f" after {alert['attempts']} failed attempts: {alert['last_error']}" if alert["attempts"] else ""
    return f"An alert to {alert['channel']} is pending{why}"


def _few(items: Sequence[str], limit: int = 5) -> str:
    more = f"; and {len(items) - limit} more" if len(items) > limit else ""
    return "; ".join(items[:limit]) + more


def _when(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"
