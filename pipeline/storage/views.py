"""The views and macros that analysts read, each with its comments.

A view holds the whole of its query: a macro that calls another macro is not found in a file
that is attached beside others.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.storage.schema import Column, comments, literal


@dataclass(frozen=True, slots=True)
class View:
    """A view: its columns in order with what they mean, and its query."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    query: str

    def ddl(self) -> list[str]:
        """The statements that create the view and its comments."""
        names = ", ".join(column.name for column in self.columns)
        # Not VIEW name (names): before 2.0 such names can't carry comments.
        create = f"CREATE OR REPLACE VIEW {self.name} AS SELECT * FROM ({self.query}) AS told({names})"  # noqa: S608
        return [create, *comments("VIEW", self.name, self.comment, self.columns)]


def make_view(name: str, comment: str, query: str, *columns: tuple[str, str]) -> View:
    """A view of ``query`` whose ``columns`` are (name, meaning), in its order."""
    return View(name, comment, tuple(Column(column, "", meaning) for column, meaning in columns), query)


# Who counts as the source of an article ``a`` with its origin ``o``.
SOURCE = "coalesce(nullif(o.origin, ''), nullif(a.family, ''), a.outlet)"


def support_query(still: str = "true") -> str:
    """Who has said so: the claim that made the row, and those that confirmed or repeated it since.

    Args:
        still: condition on a verdict ``v``, its claim ``k`` and their article ``a``: which claims count.
    """
    return f"""
    SELECT coalesce(v.change_id, v.against) AS change_id,
           {SOURCE} AS origin, a.published
    FROM verdict v
    JOIN claim k USING (claim_id)
    JOIN article a USING (article_id)
    LEFT JOIN article_origin o USING (article_id)
    WHERE (v.change_id IS NOT NULL OR v.verdict IN ('confirms', 'repeats')) AND {still}
    UNION ALL
    SELECT c.change_id, b.outlet, b.published
    FROM change c JOIN baseline b USING (watch) WHERE c.verdict = 'baseline'"""  # noqa: S608 -- from this package


SUPPORT = support_query()


# pipeline.board.fold.corroborated, in SQL
_SURER = (
    "CASE WHEN n.sources >= 2 AND c.confidence > 0 AND c.confidence < 1 "
    "THEN c.confidence * n.sources / (1 - c.confidence + c.confidence * n.sources) ELSE c.confidence END"
)


def in_force(known: str) -> str:
    """The expressions ``told`` and ``known``: the changes that the condition takes, and those not withdrawn since."""
    return f"""told AS (SELECT * FROM change WHERE {known}),
known AS (
    SELECT * FROM told c WHERE c.verdict <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM told w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id AND w.watch = c.watch)
)"""  # noqa: S608 -- conditions come from this package


def board_query(
    *,
    known: str = "true",
    supported: str = "true",
    order: str = "seq",
    support: str = SUPPORT,
    articles: str = "article",
) -> str:
    """The board, as the fold of the changes that ``known`` takes.

    The last change of a subject counts. A change that supersedes another takes away the row
    that the other made, if that row still stands; where both are of one subject, the
    superseded one never counts again, whatever the order. A change that was withdrawn counts
    as if it had never been: what it took away stands again.

    Args:
        known: condition on ``change``: which changes count.
        supported: condition on the claims that count as sources.
        order: what decides which change of a subject is the last.
        support: the query of who has said so.
        articles: the table that has the addresses and outlets.
    """
    descending = ", ".join(f"{name} DESC" for name in order.split(", "))
    return f"""
WITH {in_force(known)},
standing AS (
    SELECT * FROM known c WHERE NOT EXISTS (
        SELECT 1 FROM known s WHERE s.supersedes = c.change_id AND s.watch = c.watch
        AND s.aspect = c.aspect AND s.subject_key = c.subject_key)
),
latest AS (
    SELECT * FROM standing
    QUALIFY row_number() OVER (PARTITION BY watch, aspect, subject_key ORDER BY {descending}) = 1
),
support AS ({support}),
sources AS (
    SELECT change_id, count(DISTINCT origin) AS sources, max(published) AS confirmed_at
    FROM support WHERE {supported} GROUP BY change_id
)
SELECT c.watch, c.aspect, c.subject, c.stage, c.value, c.held_from AS since, c.before_value, c.before_stage,
       coalesce(n.sources, 0) AS sources, n.confirmed_at, {_SURER} AS confidence, {_SURER} AS sure,
       c.verdict = 'disputes' OR c.disputed_value IS NOT NULL AS is_disputed, c.disputed_value,
       c.quote, coalesce(a.url, b.url) AS url, coalesce(a.outlet, b.outlet) AS outlet,
       c.known_at, c.verdict, c.reason, c.change_id
FROM latest c
LEFT JOIN sources n USING (change_id)
LEFT JOIN {articles} a USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
WHERE NOT EXISTS (SELECT 1 FROM known s WHERE s.supersedes = c.change_id AND s.watch = c.watch)
ORDER BY c.watch, c.aspect, c.held_from, c.seq"""  # noqa: S608 -- conditions come from this package


def held_by(moment: str) -> str:
    """The condition that a change holds by the day of ``moment``, an SQL expression."""
    return f"held_from <= CAST(make_timestamp({_microseconds(moment)}) AS DATE)"


def by_end_of(moment: str, column: str = "published") -> str:
    """The condition that ``column``, a TIMESTAMPTZ, is of the day of ``moment``, an SQL expression, or before it."""
    return f"CAST(make_timestamp(epoch_us({column})) AS DATE) <= CAST(make_timestamp({_microseconds(moment)}) AS DATE)"


def known_by(moment: str, column: str = "known_at") -> str:
    """The condition that ``column`` is not after ``moment``, an SQL expression; a day lasts to its end."""
    day = f"CASE WHEN length(CAST({moment} AS VARCHAR)) <= 10 THEN 86399999999 ELSE 0 END"
    return f"epoch_us({column}) <= {_microseconds(moment)} + {day}"


def _microseconds(moment: str) -> str:
    """``moment``, an SQL expression of any type that shows a time, as microseconds since 1970.

    A time without a zone is UTC, whatever the client's own zone is: hence the two casts.
    """
    text = f"CAST({moment} AS VARCHAR)"
    return (
        rf"CASE WHEN regexp_matches({text}, ':\d\d.*([+-]\d\d(:?\d\d)?|Z)$') "
        f"THEN epoch_us(CAST({text} AS TIMESTAMPTZ)) ELSE epoch_us(CAST({text} AS TIMESTAMP)) END"
    )


AS_OF_ORDER = "held_from, known_at, seq"  # the brief look at the past: what held, not what was told last


def macros_ddl(support: str = SUPPORT, articles: str = "article") -> list[str]:
    """The statements that create the two table macros and their comments."""
    as_of = board_query(known=held_by("t"), order=AS_OF_ORDER, support=support, articles=articles)
    known_at = board_query(
        known=known_by("t"), supported=known_by("t", "published"), support=support, articles=articles
    )
    return define_macros(as_of, known_at)


def define_macros(as_of: str, known_at: str) -> list[str]:
    """Make the statements that create ``board_as_of`` and ``board_known_at`` of two queries, with their comments."""
    return [
        f"CREATE OR REPLACE MACRO board_as_of(t) AS TABLE {as_of}",
        "COMMENT ON MACRO TABLE board_as_of IS "
        + literal("The board as it stood at the end of day t, from all that is known now: board_as_of('2025-09-01')."),
        f"CREATE OR REPLACE MACRO board_known_at(t) AS TABLE {known_at}",
        "COMMENT ON MACRO TABLE board_known_at IS "
        + literal("The board as it was known at time t (a day: at its end): board_known_at('2025-10-01 12:00')."),
    ]


BOARD = make_view(
    "board",
    "Where the mission stands: one row for each aspect and subject, with the sentence that says so.",
    board_query(),
    ("watch", "The watch's short name."),
    ("aspect", "lead, command, mandate, strength, contributors, funding, support, deployment or casualties."),
    ("subject", "The thing that the row is about."),
    ("stage", "proposed, planned, decided, in_effect, ended or rejected."),
    ("value", "What is so."),
    ("since", "Since when it holds: the event's day, else the day of the report."),
    ("before_value", "What the board said before; null where it said nothing."),
    ("before_stage", "Stage before."),
    ("sources", "Independent origins that say so; reprints of one wire count once."),
    ("confirmed_at", "Publication time of the last article that says so."),
    ("confidence", "0 to 1, of the row by now: the odds of the claim that made it times the number of sources."),
    ("sure", "The same as confidence: its name of before, for queries that have it. Use confidence."),
    ("is_disputed", "True while sources disagree."),
    ("disputed_value", "The other value, where sources disagree."),
    ("quote", "The sentence that says so, verbatim."),
    ("url", "Address of the article that it stands in."),
    ("outlet", "Who published it."),
    ("known_at", "When it could be known: publication time of the article."),
    ("verdict", "How the row came about: baseline, new, advances, revises, reverses or disputes."),
    ("reason", "Why that was a change."),
    ("change_id", "The change that made the row."),
)

CHANGES = make_view(
    "changes",
    "Every transition of the board, before and after, in the order in which the board took them. "
    "The baseline comes first.",
    """
SELECT c.seq, c.watch, c.aspect, c.subject, c.verdict, c.before_stage, c.before_value, c.before_since, c.stage,
       c.value, c.held_from, c.event_date, c.known_at, c.confidence, c.disputed_value, c.quote, c.reason,
       coalesce(a.title, b.title), coalesce(a.outlet, b.outlet), o.origin, coalesce(a.url, b.url),
       n.alerts, n.delivered_at, s.reasons, c.supersedes, u.superseded_by, c.change_id, c.claim_id, c.article_id
FROM change c
LEFT JOIN article a USING (article_id)
LEFT JOIN article_origin o USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
LEFT JOIN (
    SELECT supersedes AS change_id, arg_min(change_id, seq) AS superseded_by
    FROM change WHERE supersedes IS NOT NULL GROUP BY supersedes
) u USING (change_id)
LEFT JOIN (
    SELECT l.change_id, count(DISTINCT l.alert_id) AS alerts,
           min(d.attempted_at) FILTER (d.outcome = 'delivered') AS delivered_at
    FROM alert_change l LEFT JOIN delivery d USING (alert_id) GROUP BY l.change_id
) n USING (change_id)
LEFT JOIN (
    SELECT change_id, string_agg(reason, '; ' ORDER BY reason) AS reasons FROM silence GROUP BY change_id
) s USING (change_id)
ORDER BY c.seq""",
    ("seq", "Order in which the board took it; below zero for the baseline."),
    ("watch", "The watch's short name."),
    ("aspect", "What of the mission."),
    ("subject", "The thing that changed."),
    ("verdict", "new, advances, revises, reverses or disputes; baseline for what was known at the start."),
    ("before_stage", "Stage before; null where the board said nothing."),
    ("before_value", "Value before."),
    ("before_since", "Since when the state before held."),
    ("stage", "Stage after."),
    ("value", "Value after."),
    ("held_from", "Since when it holds: the event's day, else the day of the report."),
    ("event_date", "The event's own day, where the sentence gives it."),
    ("known_at", "When it could be known: publication time of the article."),
    ("confidence", "0 to 1."),
    ("disputed_value", "The other value, where sources disagree."),
    ("quote", "The sentence that says so, verbatim."),
    ("reason", "Why it is a change."),
    ("title", "Title of the article."),
    ("outlet", "Who published it."),
    ("origin", "Who first wrote it."),
    ("url", "Address of the article."),
    ("alerts", "Number of alerts about it; null for none."),
    ("delivered_at", "When the first of them was delivered."),
    ("silence", "Why it made no alert, where it made none."),
    ("supersedes", "The change whose row it replaced."),
    ("superseded_by", "The change that replaced its row; null while none did."),
    ("change_id", "The change."),
    ("claim_id", "The claim; null for the baseline."),
    ("article_id", "The article; null for the baseline."),
)
