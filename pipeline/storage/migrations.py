"""The steps by which a store came to its present shape, in order, each once.

Each runs in one transaction with its record in the table ``migration``, so a crash leaves the
store at one step or the other. A released migration is never edited: write a new one.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.model.errors import StorageError, StoreTooNewError
from pipeline.model.redact import holds_secret, without_secrets
from pipeline.storage.connection import Connection
from pipeline.storage.part import URL_KEY
from pipeline.storage.schema import (
    ALERT_RULES,
    ALERTS,
    ARTICLES,
    CHAT,
    CLAIMS,
    DONE,
    FEEDS,
    HOSTS,
    MARKS,
    MORE,
    MUTES,
    PIECES,
    POLLING,
    QUICK,
    RECALLS,
    WATCH_EVENTS,
    Table,
    literal,
)
from pipeline.storage.schema_polling import ALARM_KIND
from pipeline.storage.support import rebuild_support
from pipeline.storage.views_alerts import alert_views_ddl
from pipeline.storage.views_analysts import analysts_ddl
from pipeline.storage.views_evidence import views_ddl
from pipeline.storage.views_facts import typed_views_ddl
from pipeline.storage.views_marks import marks_ddl
from pipeline.storage.views_mutes import mutes_ddl
from pipeline.storage.views_polling import FEED_HEALTH
from pipeline.storage.views_recalls import recall_views_ddl
from pipeline.storage.views_speed import board_ddl, quick_views_ddl
from pipeline.storage.views_spending import MODEL_SPENDING
from pipeline.storage.views_watches import WATCH_STATES

Migration = Callable[[Connection], None]


# Texts about feeds in which their addresses may stand.
_WITH_ADDRESSES = {
    "feed": ("url", "confirmed_in"),
    "poll": ("final_url", "reason"),
    "feed_state": ("final_url", "last_reason"),
    "feed_move": ("from_url", "to_url"),
    "run": ("reason",),
}


def _run_all(db: Connection, statements: list[str]) -> None:
    for statement in statements:
        db.run(statement)


def _create(db: Connection, tables: tuple[Table, ...]) -> None:
    for table in tables:
        _run_all(db, table.ddl())


def _add_columns(db: Connection, table: str) -> None:
    """Add the columns of :data:`MORE` to ``table``."""
    for column in MORE[table]:
        db.run(f"ALTER TABLE {table} ADD COLUMN {column.name} {column.type}")
        db.run(f"COMMENT ON COLUMN {table}.{column.name} IS {literal(column.comment)}")


def feeds_and_entries(db: Connection) -> None:
    """Tables of what is polled."""
    _create(db, FEEDS)


def articles(db: Connection) -> None:
    """Tables of what is fetched."""
    _create(db, ARTICLES)


def claims_and_changes(db: Connection) -> None:
    """Tables of what is read, compared and changed."""
    _create(db, CLAIMS)


def alerts_and_runs(db: Connection) -> None:
    """Tables of what is sent, and of the runs."""
    _create(db, ALERTS)


def views(db: Connection) -> None:
    """The views and macros that analysts read."""
    _run_all(db, views_ddl())


def chat_answers(db: Connection) -> None:
    """The cache of what language models answered."""
    _create(db, CHAT)


def feed_polling(db: Connection) -> None:
    """What polls teach of a feed, its moves and alarms, and the view of its health."""
    _add_columns(db, "feed_state")
    _add_columns(db, "poll")
    _create(db, POLLING)
    _run_all(db, FEED_HEALTH.ddl())


def recalls(db: Connection) -> None:
    """What later looks at pages say of what was told, what was taken back, and which old texts were removed."""
    _add_columns(db, "page_fetch")
    _create(db, RECALLS)
    _run_all(db, recall_views_ddl())


def alert_rules(db: Connection) -> None:
    """Why and when an alert goes, digests, acknowledgements, dead letters put back, channels that fail.

    Digests that wait are parts of one from now on: until then each was a message of its own.
    """
    _add_columns(db, "alert")
    _create(db, ALERT_RULES)
    db.run(
        """
        UPDATE alert SET urgent = false, message = '', kind = CASE
            WHEN rule = 'recall' THEN 'recall'
            WHEN body LIKE 'UNCERTAIN: %' AND alert_id IN (SELECT d.alert_id FROM delivery d) THEN 'digest'
            WHEN body LIKE 'UNCERTAIN: %' THEN 'digest_part'
            WHEN subject LIKE 'confirmed: %' THEN 'confirmed'
            WHEN alert_id NOT IN (SELECT c.alert_id FROM alert_change c) THEN 'alarm'
            ELSE 'alert' END"""
    )
    _run_all(db, alert_views_ddl())


def for_analysts(db: Connection) -> None:
    """Views and macros that make the questions of docs/sql.md short, what a publication holds, clearer comments."""
    _add_columns(db, "published")
    _run_all(db, analysts_ddl())


def quick(db: Connection) -> None:
    """What keeps questions quick however long the past is: keys of pages, sketches of texts, who supports a change."""
    _add_columns(db, "article")
    db.run(f"UPDATE article SET url_key = {URL_KEY}")  # noqa: S608 -- a constant
    _create(db, QUICK)
    rebuild_support(db)
    _run_all(db, quick_views_ddl())


def watch_states(db: Connection) -> None:
    """Names that watches had, and whether each is watched, paused or archived."""
    _create(db, WATCH_EVENTS)
    _run_all(db, WATCH_STATES.ddl())


def marks(db: Connection) -> None:
    """What persons say of what was read."""
    _create(db, MARKS)
    _run_all(db, marks_ddl())


def how_sure(db: Connection) -> None:
    """The board's column ``sure``: what one claim is worth, and how many independent origins say the same."""
    _run_all(db, board_ddl())


def feed_pieces(db: Connection) -> None:
    """What is known of the items of feeds' last bodies."""
    _create(db, PIECES)


def settled(db: Connection) -> None:
    """Up to where all is done."""
    _create(db, DONE)


def typed_facts(db: Connection) -> None:
    """The typed fact of each claim and change: slot, key and parts, in the tables, the views and the macros."""
    for table in ("claim", "claim_waiting", "change"):
        _add_columns(db, table)
    _run_all(db, typed_views_ddl())


def one_confidence(db: Connection) -> None:
    """One confidence of the board's rows; the column ``sure`` stays, and says the same."""
    _run_all(db, typed_views_ddl())


def no_secrets(db: Connection) -> None:
    """Strike secrets out of the addresses of feeds, and of what was noted about polling them."""
    for table, columns in _WITH_ADDRESSES.items():
        for column in columns:
            held = db.rows(f"SELECT DISTINCT {column} AS text FROM {table} WHERE contains({column}, '://')")  # noqa: S608
            for text in (row["text"] for row in held if holds_secret(row["text"])):
                db.run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [without_secrets(text), text])  # noqa: S608
    for column in ("address", "moved_to"):  # a move is learnt anew, and followed until then
        held = db.rows(f"SELECT feed_id, {column} AS text FROM feed_state WHERE {column} <> ''")  # noqa: S608
        for row in held:
            if holds_secret(row["text"]):
                db.run(f"UPDATE feed_state SET {column} = '' WHERE feed_id = ?", [row["feed_id"]])  # noqa: S608


def model_spending(db: Connection) -> None:
    """What language models cost, day by day."""
    _run_all(db, MODEL_SPENDING.ddl())


def succession(db: Connection) -> None:
    """The board closes what ended with the mission, and names what of the baseline nobody has confirmed."""
    _run_all(db, typed_views_ddl())


def hosts(db: Connection) -> None:
    """What the hosts of pages want, and when they were asked last."""
    _create(db, HOSTS)


def alarm_kinds(db: Connection) -> None:
    """More kinds of alarm, each with what was seen."""
    _add_columns(db, "feed_alarm")
    db.run(f"COMMENT ON COLUMN feed_alarm.kind IS {literal(ALARM_KIND)}")


def mutes(db: Connection) -> None:
    """What persons want to hear nothing of for a time, and which silences are due to that."""
    _add_columns(db, "silence")
    _create(db, MUTES)
    _run_all(db, mutes_ddl())


MIGRATIONS: tuple[Migration, ...] = (
    feeds_and_entries,
    articles,
    claims_and_changes,
    alerts_and_runs,
    views,
    chat_answers,
    feed_polling,
    recalls,
    alert_rules,
    for_analysts,
    quick,
    watch_states,
    marks,
    how_sure,
    feed_pieces,
    settled,
    typed_facts,
    one_confidence,
    no_secrets,
    model_spending,
    succession,
    hosts,
    alarm_kinds,
    mutes,
)


def migrate(db: Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> list[str]:
    """Bring the store to its present shape.

    Returns:
        The names of the migrations that ran now.

    Raises:
        StoreTooNewError: the store has seen a migration that is unknown here.
    """
    done = _applied(db)
    _refuse_newer(db, done, migrations)
    missing = [migration for migration in migrations if migration.__name__ not in done]
    for migration in missing:
        with db.transaction():
            db.run("CREATE TABLE IF NOT EXISTS migration (name VARCHAR PRIMARY KEY, applied_at TIMESTAMPTZ)")
            db.run(f"COMMENT ON TABLE migration IS {literal('The steps by which this file came to its shape.')}")
            migration(db)
            db.run("INSERT INTO migration VALUES (?, now())", [migration.__name__])
    return [migration.__name__ for migration in missing]


def check(db: Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Refuse a file that can't be read as it is: one that is newer, or older, than this Missionwatch."""
    done = _applied(db)
    _refuse_newer(db, done, migrations)
    if len(done) < len(migrations):
        raise StorageError(
            f"{db.path} was published by an older Missionwatch.",
            remedy="Publish it again: missionwatch run DIR --once.",
        )


def _applied(db: Connection) -> set[str]:
    known = db.value(
        "SELECT count(*) FROM information_schema.tables WHERE table_catalog = 'store' AND table_name = 'migration'"
    )
    return {row["name"] for row in db.rows("SELECT name FROM migration")} if known else set()


def _refuse_newer(db: Connection, done: set[str], migrations: tuple[Migration, ...]) -> None:
    unknown = sorted(done - {migration.__name__ for migration in migrations})
    if unknown:
        raise StoreTooNewError(
            f"{db.path} was written by a newer Missionwatch (unknown: {', '.join(unknown)}).",
            remedy="Update Missionwatch, or use another data folder.",
        )
