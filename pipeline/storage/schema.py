"""The tables, as data: from it come the DDL, the comments and the types of each batch.

Narrow tables with an inline primary key of type UUID. Long texts stand apart, in tables without
a key, because each checkpoint rewrites the last row group of a table that has one. No index is
created: on DuckDB 1.4 and 1.5 an index can miss rows after a crash, an inline key can't.

What a released migration made stays as it is here: a later change is a migration of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.storage.schema_alerts import ALERT_ACK, ALERT_MORE, ALERT_RETRY, CHANNEL_ALARM, DIGEST_PART
from pipeline.storage.schema_analysts import PUBLISHED_MORE
from pipeline.storage.schema_facts import CHANGE_TYPED_MORE, TYPED_MORE
from pipeline.storage.schema_marks import MARK, MARK_ANCHOR
from pipeline.storage.schema_mutes import MUTE, MUTE_OFF, SILENCE_MORE
from pipeline.storage.schema_polling import FEED_ALARM, FEED_MOVE, FEED_PIECE, HOST, POLLING_MORE
from pipeline.storage.schema_recalls import ARTICLE_REVISION, EVIDENCE_CHECK, PAGE_FETCH_MORE, RECALL, TEXT_REMOVED
from pipeline.storage.schema_speed import ARTICLE_MORE, ARTICLE_SKETCH, CHANGE_ARTICLE, CHANGE_SUPPORT, CLAIM_WAITING
from pipeline.storage.schema_watches import SETTLED, WATCH_EVENT


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its DuckDB type, and what it means."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``keyed`` makes its first column the primary key."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    keyed: bool = True

    def ddl(self) -> list[str]:
        """The statements that create the table and its comments."""
        lines = [f"{column.name} {column.type}" for column in self.columns]
        if self.keyed:
            lines[0] += " PRIMARY KEY"
        statements = [f"CREATE TABLE {self.name} ({', '.join(lines)})"]
        return statements + comments("TABLE", self.name, self.comment, self.columns)


def comments(kind: str, name: str, comment: str, columns: tuple[Column, ...]) -> list[str]:
    """COMMENT ON statements for a table or view and for each of its columns."""
    statements = [f"COMMENT ON {kind} {name} IS {literal(comment)}"]
    statements += [f"COMMENT ON COLUMN {name}.{column.name} IS {literal(column.comment)}" for column in columns]
    return statements


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _table(name: str, comment: str, *columns: tuple[str, str, str], keyed: bool = True) -> Table:
    return Table(name, comment, tuple(Column(*column) for column in columns), keyed)


_UUID, _TEXT, _TIME, _INT, _REAL = "UUID", "VARCHAR", "TIMESTAMPTZ", "BIGINT", "DOUBLE"

FEEDS = (
    _table(
        "feed",
        "A source that is polled.",
        ("feed_id", _UUID, "Hash of the address."),
        ("url", _TEXT, "The address that is polled."),
        ("title", _TEXT, "The outlet's name, as the watch has it."),
        ("role", _TEXT, "issuing_body, wire, outlet or aggregator."),
        ("family", _TEXT, "The publisher's family: feeds of one family are one origin."),
        ("language", _TEXT, "Language code."),
        ("region", _TEXT, "Where the publisher sits."),
        ("expected_every_s", _INT, "Longest usual gap between two new entries, in seconds."),
        ("confirmed_in", _TEXT, "Public source in which the address was found."),
        ("first_seen", _TIME, "When the watch first named it."),
    ),
    _table(
        "watch_feed",
        "Which watch polls which feed.",
        ("link_id", _UUID, "Hash of watch and feed."),
        ("watch", _TEXT, "The watch's short name."),
        ("feed_id", _UUID, "The feed."),
        ("added_at", _TIME, "When the watch first named the feed."),
        ("removed_at", _TIME, "When the watch stopped naming it; null while it does."),
    ),
    _table(
        "feed_state",
        "What we know of a feed before the next poll.",
        ("feed_id", _UUID, "The feed."),
        ("etag", _TEXT, "ETag of the last body that was read as a feed."),
        ("last_modified", _TEXT, "Last-Modified of that body."),
        ("body_hash", _TEXT, "Hash of that body."),
        ("next_due", _TIME, "Not to be polled before."),
        ("failures", _INT, "Failed polls in a row."),
        ("last_polled_at", _TIME, "Time of the last poll."),
        ("last_outcome", _TEXT, "What the last poll came to."),
        ("last_reason", _TEXT, "Why."),
        ("last_ok_at", _TIME, "Last poll that was ok or unchanged."),
        ("last_new_at", _TIME, "Last poll that brought an entry that we did not have."),
        ("final_url", _TEXT, "Where the last answer came from, after redirects."),
    ),
    _table(
        "poll",
        "Each poll of a feed and what it came to. Append-only.",
        ("poll_id", _UUID, "Hash of feed and time."),
        ("run_id", _UUID, "The run that polled."),
        ("feed_id", _UUID, "The feed."),
        ("polled_at", _TIME, "When, by the watch's clock."),
        ("outcome", _TEXT, "ok, unchanged, empty, html, not_a_feed, failed or refused."),
        ("reason", _TEXT, "Why, in plain English."),
        ("status", _INT, "HTTP status; null where no answer came."),
        ("final_url", _TEXT, "Address after redirects."),
        ("size", _INT, "Bytes of the body, decompressed."),
        ("elapsed_s", _REAL, "Seconds that the request took."),
        ("entries", _INT, "Entries in the body."),
    ),
    _table(
        "entry",
        "One revision of one item of a feed.",
        ("entry_id", _UUID, "Hash of feed, id and content."),
        ("feed_id", _UUID, "The feed."),
        ("poll_id", _UUID, "The poll that first brought it."),
        ("guid", _TEXT, "The item's id in the feed."),
        ("url", _TEXT, "Canonical address of its page."),
        ("title", _TEXT, "Title in the feed."),
        ("published", _TIME, "Publication time in the feed; null where it gives none."),
        ("precision", _TEXT, "How exactly that time is known: time, day, month or year."),
        ("content_hash", _TEXT, "Hash of what the feed says of it: a silent edit is a new revision."),
        ("seen_at", _TIME, "When it was first seen."),
    ),
    _table(
        "entry_summary",
        "The feed's own summary of an entry.",
        ("entry_id", _UUID, "The entry."),
        ("summary", _TEXT, "Plain text."),
        keyed=False,
    ),
)

ARTICLES = (
    _table(
        "page_fetch",
        "Each attempt to turn an entry into an article. Append-only.",
        ("fetch_id", _UUID, "Hash of entry and attempt."),
        ("run_id", _UUID, "The run that fetched."),
        ("entry_id", _UUID, "The entry."),
        ("url", _TEXT, "Address that was asked for."),
        ("fetched_at", _TIME, "When, by the watch's clock."),
        ("outcome", _TEXT, "stored, same (the text that we hold), refused or failed."),
        ("reason", _TEXT, "Why, in plain English."),
        ("attempt", _INT, "1 for the first."),
        ("retry_at", _TIME, "Next attempt not before; null where there is none."),
        ("status", _INT, "HTTP status; null where no answer came."),
        ("final_url", _TEXT, "Address after redirects."),
        ("content_type", _TEXT, "Content-Type of the answer."),
        ("size", _INT, "Bytes of the body, decompressed."),
        ("elapsed_s", _REAL, "Seconds that the request took."),
        ("extract_s", _REAL, "Seconds that the extraction took."),
    ),
    _table(
        "article",
        "An entry's page: metadata of the extracted text.",
        ("article_id", _UUID, "Hash of address and text."),
        ("entry_id", _UUID, "The entry that first gave it."),
        ("url", _TEXT, "Canonical address."),
        ("outlet", _TEXT, "Who published it."),
        ("title", _TEXT, "Title of the page."),
        ("published", _TIME, "Publication time."),
        ("precision", _TEXT, "How exactly it is known: time, day, month or year."),
        ("published_source", _TEXT, "Where it was read: json-ld, open-graph, printed, htmldate, feed or seen."),
        ("fetched_at", _TIME, "When the page was fetched."),
        ("author", _TEXT, "Byline."),
        ("language", _TEXT, "Language code."),
        ("role", _TEXT, "Role of its feed."),
        ("family", _TEXT, "Publisher's family."),
        ("text_hash", _TEXT, "Hash of the text without case and spacing."),
        ("words", _INT, "Words of the text."),
    ),
    _table(
        "article_body",
        "The extracted text of an article.",
        ("article_id", _UUID, "The article."),
        ("text", _TEXT, "Plain text; a claim's offsets count its characters."),
        keyed=False,
    ),
    _table(
        "entry_article",
        "Which entry gave which article.",
        ("entry_id", _UUID, "The entry."),
        ("article_id", _UUID, "The article; several entries may give one."),
    ),
    _table(
        "article_origin",
        "Who first wrote an article.",
        ("article_id", _UUID, "The article."),
        ("origin", _TEXT, "An outlet's family, or the wire that it reprinted."),
    ),
)

CLAIMS = (
    _table(
        "baseline",
        "The seed article of a watch: what is known at the start.",
        ("baseline_id", _UUID, "Hash of the watch."),
        ("watch", _TEXT, "The watch."),
        ("title", _TEXT, "Title of the seed article."),
        ("outlet", _TEXT, "Who published it."),
        ("url", _TEXT, "Its address."),
        ("published", _TIME, "When it was published."),
        ("text", _TEXT, "The text that the baseline's facts quote."),
    ),
    _table(
        "reading",
        "What a reading engine made of an article.",
        ("reading_id", _UUID, "Hash of watch, article and engine."),
        ("run_id", _UUID, "The run that read."),
        ("watch", _TEXT, "The watch."),
        ("article_id", _UUID, "The article."),
        ("engine", _TEXT, "The reading engine and its version."),
        ("relevant", "BOOLEAN", "Whether the article is about the mission."),
        ("reason", _TEXT, "Why, or why there are no claims."),
        ("claims", _INT, "Number of claims."),
    ),
    _table(
        "claim",
        "What one sentence of an article says of the mission.",
        ("claim_id", _UUID, "Hash of its content."),
        ("article_id", _UUID, "The article."),
        ("aspect", _TEXT, "What of the mission it is about."),
        ("stage", _TEXT, "proposed, planned, decided, in_effect, ended or rejected."),
        ("subject", _TEXT, "The thing it is about."),
        ("value", _TEXT, "What it says of it."),
        ("quote", _TEXT, "The sentence, verbatim."),
        ("quote_start", _INT, "Offset of the quote in the text; -1 where it stands in the title."),
        ("quote_end", _INT, "Offset of its end."),
        ("event_date", "DATE", "When it happened or will; null where nothing says so."),
        ("event_precision", _TEXT, "How exactly that is known."),
        ("background", "BOOLEAN", "Whether the sentence tells background, not news."),
        ("confidence", _REAL, "0 to 1."),
        ("why", _TEXT, "What in the sentence led to it."),
    ),
    _table(
        "verdict",
        "What comparing a claim with the board gave.",
        ("verdict_id", _UUID, "Hash of watch and claim."),
        ("run_id", _UUID, "The run that compared."),
        ("watch", _TEXT, "The watch."),
        ("claim_id", _UUID, "The claim."),
        ("verdict", _TEXT, "new, advances, revises, reverses, disputes, confirms, repeats, stale, ..."),
        ("reason", _TEXT, "Why, in plain English."),
        ("against", _UUID, "The change that made the board's row it was compared with."),
        ("similarity", _REAL, "0 to 1: how near the claim is to that row."),
        ("change_id", _UUID, "The change that it made; null where it moved nothing."),
    ),
    _table(
        "change",
        "One transition of the board. Append-only: the board is a view over it.",
        ("change_id", _UUID, "Hash of its content."),
        ("seq", _INT, "Order in which the board took it; the baseline comes first, below zero."),
        ("run_id", _UUID, "The run that made it; null for the baseline."),
        ("watch", _TEXT, "The watch."),
        ("aspect", _TEXT, "What of the mission."),
        ("subject", _TEXT, "The thing, as it is shown."),
        ("subject_key", _TEXT, "The thing, as rows are matched."),
        ("verdict", _TEXT, "What kind of change; baseline for what was known at the start."),
        ("stage", _TEXT, "How real."),
        ("value", _TEXT, "What it became."),
        ("held_from", "DATE", "Since when it holds."),
        ("known_at", _TIME, "When we could know it."),
        ("quote", _TEXT, "The sentence that says so."),
        ("reason", _TEXT, "Why it is a change."),
        ("confidence", _REAL, "0 to 1."),
        ("before_stage", _TEXT, "Stage before; null where the board said nothing."),
        ("before_value", _TEXT, "Value before."),
        ("before_subject", _TEXT, "Subject before."),
        ("before_since", "DATE", "Since when the state before held."),
        ("supersedes", _UUID, "The change whose row this one replaces."),
        ("claim_id", _UUID, "The claim; null for the baseline."),
        ("article_id", _UUID, "The article; null for the baseline."),
        ("event_date", "DATE", "The event's own day, where the sentence gives it."),
        ("disputed_value", _TEXT, "The other value, where sources disagree."),
    ),
)

ALERTS = (
    _table(
        "alert",
        "A message due about changes, written with them in one transaction.",
        ("alert_id", _UUID, "Idempotency key, the same over retries."),
        ("run_id", _UUID, "The run that planned it."),
        ("watch", _TEXT, "The watch."),
        ("rule", _TEXT, "The alert rule."),
        ("channel", _TEXT, "Where it goes."),
        ("subject", _TEXT, "One line."),
        ("body", _TEXT, "The message."),
        ("planned_at", _TIME, "When it was planned, by the watch's clock."),
    ),
    _table(
        "alert_change",
        "Which changes an alert tells.",
        ("alert_id", _UUID, "The alert."),
        ("change_id", _UUID, "The change."),
        ("place", _INT, "Its place in the alert, from 0."),
        keyed=False,
    ),
    _table(
        "silence",
        "A change that makes no alert, with the reason.",
        ("silence_id", _UUID, "Hash of watch, change and reason."),
        ("run_id", _UUID, "The run that decided it."),
        ("watch", _TEXT, "The watch."),
        ("change_id", _UUID, "The change or claim."),
        ("reason", _TEXT, "Why, in plain English."),
    ),
    _table(
        "delivery",
        "Each attempt to hand an alert over. Append-only.",
        ("delivery_id", _UUID, "Hash of alert and attempt."),
        ("run_id", _UUID, "The run that tried."),
        ("alert_id", _UUID, "The alert."),
        ("channel", _TEXT, "Where it went."),
        ("attempt", _INT, "1 for the first."),
        ("attempted_at", _TIME, "When, by the watch's clock."),
        ("outcome", _TEXT, "delivered or failed."),
        ("reason", _TEXT, "Why it failed."),
        ("retry_at", _TIME, "Next attempt not before; null where there is none."),
    ),
    _table(
        "run",
        "One run of a flow.",
        ("run_id", _UUID, "The run."),
        ("flow", _TEXT, "Which flow."),
        ("watch", _TEXT, "The watch."),
        ("watch_time", _TIME, "The watch's own clock at its start."),
        ("started_at", _TIME, "Wall clock at its start."),
        ("finished_at", _TIME, "Wall clock at its end; null while it runs, or where it was killed."),
        ("outcome", _TEXT, "running, ok, partial, blind (no feed could be read) or failed."),
        ("reason", _TEXT, "Why."),
        ("counts", "MAP(VARCHAR, BIGINT)", "Its numbers by name."),
    ),
    _table(
        "published",
        "Each time the store was published for SQL clients.",
        ("published_id", _UUID, "Hash of run and time."),
        ("run_id", _UUID, "The run that published."),
        ("published_at", _TIME, "When, by the watch's clock."),
        ("changes", _INT, "Changes in the store then."),
        ("articles", _INT, "Articles in the store then."),
    ),
)

CHAT = (
    _table(
        "chat_answer",
        "What a language model answered: asked again, the same question costs nothing.",
        ("answer_id", _UUID, "Hash of the question: model, prompt and all that was sent."),
        ("run_id", _UUID, "The run that asked."),
        ("form", _TEXT, "verify or read."),
        ("about", _UUID, "The claim (verify) or the article (read) that was first asked about."),
        ("model", _TEXT, "The model, as its server names it."),
        ("asked_at", _TIME, "When, by the watch's clock."),
        ("tokens_in", _INT, "Tokens of the question, as counted by the server, else estimated."),
        ("tokens_out", _INT, "Tokens of the answer."),
        ("content", _TEXT, "The answer; it fits its form."),
    ),
)

POLLING = (_table(*FEED_MOVE), _table(*FEED_ALARM))
RECALLS = tuple(_table(*table) for table in (ARTICLE_REVISION, EVIDENCE_CHECK, RECALL, TEXT_REMOVED))

ALERT_RULES = tuple(_table(*table) for table in (DIGEST_PART, ALERT_ACK, ALERT_RETRY, CHANNEL_ALARM))
_CLAIM = next(table for table in CLAIMS if table.name == "claim")
QUICK = (
    *(_table(*table, keyed=False) for table in (CHANGE_SUPPORT, CHANGE_ARTICLE, ARTICLE_SKETCH)),
    Table(*CLAIM_WAITING[:2], tuple(Column(*c) for c in CLAIM_WAITING[2:]) + _CLAIM.columns, keyed=False),
)

MARKS, MUTES = (_table(*MARK), _table(*MARK_ANCHOR)), (_table(*MUTE), _table(*MUTE_OFF))
WATCH_EVENTS, PIECES, DONE, HOSTS = ((_table(*one),) for one in (WATCH_EVENT, FEED_PIECE, SETTLED, HOST))

# Columns that later migrations added, by table.
_ADDED = POLLING_MORE | {"alert": ALERT_MORE, "page_fetch": PAGE_FETCH_MORE}
_ADDED |= {"published": PUBLISHED_MORE, "article": ARTICLE_MORE, "silence": SILENCE_MORE}
_ADDED |= dict.fromkeys(("claim", "claim_waiting"), TYPED_MORE) | {"change": CHANGE_TYPED_MORE}
MORE = {table: tuple(Column(*column) for column in columns) for table, columns in _ADDED.items()}

_OURS = (*FEEDS, *ARTICLES, *CLAIMS, *ALERTS, *CHAT, *POLLING, *RECALLS, *ALERT_RULES, *QUICK, *WATCH_EVENTS, *MARKS)
_OURS += (*PIECES, *DONE, *HOSTS, *MUTES)
TABLES = {table.name: replace(table, columns=table.columns + MORE.get(table.name, ())) for table in _OURS}
