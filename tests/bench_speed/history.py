"""The past of a store: rows of an archive's articles, written by the bulk as the steps would have left them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.board.fold import subject_key
from pipeline.storage import LIVE, open_store
from pipeline.storage.connection import STORAGE_VERSION, open_connection
from pipeline.storage.migrations import MIGRATIONS
from pipeline.storage.queries.base import URL_KEY
from pipeline.storage.queries.support import rebuild_support
from pipeline.storage.schema import literal
from tests.bench_speed.archive import CHUNK, START, Archive, Item, url_of

CLAIMS = 5  # of each article; those of an article that is not about the mission have the verdict irrelevant
RUN_OF = 10  # articles a run: a round each quarter of an hour at a thousand a day
_LOAD = 10  # chunks that are written together

Tell = Callable[[str, int, int], None]

# Ids and chances that follow from a number: the same rows each time, without a million hashes in Python.
_MACROS = """
CREATE OR REPLACE TEMP MACRO id_of(kind, n) AS CAST(md5(kind || '-' || n) AS UUID);
CREATE OR REPLACE TEMP MACRO chance(n, salt) AS (hash(n, salt) % 1000) / 1000.0;
"""
_ROWS = {
    "entry": """SELECT id_of('entry', i) AS entry_id, feed_id, id_of('poll', i) AS poll_id, 'n' || i AS guid, url,
        title, published, 'time' AS precision, md5(title) AS content_hash, seen_at FROM c""",
    "entry_summary": "SELECT id_of('entry', i) AS entry_id, title AS summary FROM c",
    "poll": """SELECT id_of('poll', i) AS poll_id, id_of('run', i // 10) AS run_id, feed_id, seen_at AS polled_at,
        'ok' AS outcome, '' AS reason, 200 AS status, feed_url AS final_url, 40000 AS size, 0.2 AS elapsed_s,
        20 AS entries, '' AS trouble, 1 AS entries_new, 0 AS undated, false AS is_gap FROM c""",
    "page_fetch": """SELECT id_of('fetch', i) AS fetch_id, id_of('run', i // 10) AS run_id,
        id_of('entry', i) AS entry_id, url, seen_at AS fetched_at, 'stored' AS outcome, '' AS reason, 1 AS attempt,
        200 AS status, url AS final_url, 'text/html' AS content_type, 90000 + i % 5000 AS size, 0.3 AS elapsed_s,
        0.02 AS extract_s, '"' || i || '"' AS etag FROM c""",
    "article": """SELECT id_of('article', i) AS article_id, id_of('entry', i) AS entry_id, url, outlet, title,
        published, 'time' AS precision, 'json-ld' AS published_source, seen_at AS fetched_at, '' AS author,
        'en' AS language, 'outlet' AS role, family, md5(url) AS text_hash, words, """
    + f"{URL_KEY} AS url_key FROM c",
    "article_body": "SELECT id_of('article', i) AS article_id, text FROM c",
    "entry_article": "SELECT id_of('entry', i) AS entry_id, id_of('article', i) AS article_id FROM c",
    "article_origin": "SELECT id_of('article', i) AS article_id, origin FROM c",
    "reading": """SELECT id_of('reading', i) AS reading_id, id_of('run', i // 10) AS run_id, 'haiti' AS watch,
        id_of('article', i) AS article_id, 'encoder-7' AS engine, event >= 0 AS relevant,
        CASE WHEN event >= 0 THEN 'names Multinational Security Support (0.95)'
             ELSE 'names none of the places Haiti, Port-au-Prince' END AS reason, 5 AS claims FROM c""",
    "claim": """SELECT id_of('claim', i * 5 + j) AS claim_id, id_of('article', i) AS article_id, aspect, stage,
        subject, value, quote, j * 200 AS quote_start, j * 200 + strlen(quote) AS quote_end,
        CASE WHEN j = 0 THEN CAST(published AS DATE) END AS event_date, 'day' AS event_precision,
        chance(i * 5 + j, 1) < 0.1 AS background, 0.1 + 0.8 * chance(i * 5 + j, 2) AS confidence,
        'a verb of decision' AS why FROM c, range(5) r(j)""",
    "verdict": """SELECT id_of('verdict', i * 5 + j) AS verdict_id, id_of('run', i // 10) AS run_id, 'haiti' AS watch,
        id_of('claim', i * 5 + j) AS claim_id, told AS verdict,
        CASE told WHEN 'irrelevant' THEN 'not about this mission' WHEN 'uncertain' THEN 'too weak to tell'
             WHEN 'stale' THEN 'restates what has been known' ELSE 'the board has had this' END AS reason,
        CASE WHEN told IN ('confirms', 'repeats', 'stale') THEN id_of('change', event) END AS against,
        chance(i * 5 + j, 3) AS similarity, CASE WHEN told = 'new' THEN id_of('change', event) END AS change_id
        FROM (SELECT *, CASE WHEN event < 0 THEN 'irrelevant' WHEN j = 0 AND first THEN 'new'
                             WHEN chance(i * 5 + j, 4) < 0.06 THEN 'confirms' WHEN chance(i * 5 + j, 4) < 0.45
                             THEN 'repeats' WHEN chance(i * 5 + j, 4) < 0.65 THEN 'stale' ELSE 'uncertain' END AS told
              FROM c, range(5) r(j))""",
}  # fmt: skip


def make_history(archive: Archive, folder: Path, count: int, tell: Tell) -> None:
    """Make a store in ``folder`` that holds the first ``count`` articles of ``archive``, read and judged.

    Args:
        archive: what the articles are drawn from.
        folder: a folder for the store; nothing is there yet.
        count: so many articles; a multiple of :data:`CHUNK`.
        tell: called with a word, the number that is done and the number in all.
    """
    with open_store(folder) as store:
        store.sync_watch(archive.watch, START)
    if not count:
        return
    with _bulk(folder / LIVE) as duck:
        seen = -1
        for start in range(0, count, _LOAD * CHUNK):
            items = list(archive.items(start, min(count, start + _LOAD * CHUNK)))
            batch, seen = _batch(archive, items, seen)
            duck.register("c", batch)
            for table, query in _ROWS.items():
                duck.execute(f"INSERT INTO {table} BY NAME {query}")
            duck.unregister("c")
            tell("writing articles", start + len(items), count)
        _changes(archive, duck, seen)
        duck.execute(
            """INSERT INTO run BY NAME SELECT DISTINCT ON (run_id) run_id, 'monitor' AS flow, 'haiti' AS watch,
            fetched_at AS watch_time, fetched_at AS started_at, fetched_at + INTERVAL 40 SECOND AS finished_at,
            'ok' AS outcome, '' AS reason, MAP {'articles_new': 10} AS counts FROM page_fetch"""
        )
        tell("tables that follow from others", 0, 1)
        _derived(duck)
        duck.execute("CHECKPOINT")
        tell("tables that follow from others", 1, 1)
    db = open_connection(folder / LIVE)
    try:
        with db.transaction():
            rebuild_support(db)
    finally:
        db.close()


@contextmanager
def _bulk(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store's file, with more memory than a watch may take."""
    with duckdb.connect(":memory:", config={"memory_limit": "8GB", "preserve_insertion_order": "true"}) as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute(f"ATTACH {literal(str(path))} AS store (STORAGE_VERSION '{STORAGE_VERSION}')")
        duck.execute("USE store")
        duck.execute(_MACROS)
        yield duck
        duck.execute("USE memory")
        duck.execute("DETACH store")


def _batch(archive: Archive, items: list[Item], seen: int) -> tuple[pa.Table, int]:
    """``items`` as a table, and the last event that an article has told by then."""
    first = []
    for item in items:
        first.append(item.event > seen)
        seen = max(seen, item.event)
    events = [archive.event(max(0, item.event)) for item in items]
    feeds = [archive.feed(item.feed) for item in items]
    columns = {
        "i": [item.number for item in items],
        "feed_id": [str(feed.feed_id) for feed in feeds],
        "feed_url": [feed.url for feed in feeds],
        "outlet": [feed.title for feed in feeds],
        "family": [feed.family for feed in feeds],
        "url": [url_of(item) for item in items],
        "title": [item.title for item in items],
        "text": [item.text for item in items],
        "words": [item.text.count(" ") + 1 for item in items],
        "origin": [item.origin for item in items],
        "event": [item.event for item in items],
        "first": first,
        "aspect": [event.aspect for event in events],
        "stage": [event.stage for event in events],
        "subject": [event.subject for event in events],
        "value": [event.value for event in events],
        "quote": [item.text[:120] for item in items],
    }
    published = pa.array([item.published for item in items], pa.timestamp("us", tz="UTC"))
    table = pa.table(columns).append_column("published", published)
    seen_at = pa.array([archive.entry(item).seen_at for item in items], pa.timestamp("us", tz="UTC"))
    return table.append_column("seen_at", seen_at), seen


def _changes(archive: Archive, duck: duckdb.DuckDBPyConnection, last: int) -> None:
    """One change for each event that was told, with its alert."""
    events = [archive.event(number) for number in range(last + 1)]
    duck.register(
        "e",
        pa.table(
            {
                "n": list(range(len(events))),
                "aspect": [event.aspect for event in events],
                "stage": [event.stage for event in events],
                "subject": [event.subject for event in events],
                "subject_key": [subject_key(event.aspect, event.subject) for event in events],  # type: ignore[arg-type]
                "value": [event.value for event in events],
                "day": pa.array([event.day for event in events], pa.date32()),
                "quote": [event.ways[0] for event in events],
            }
        ),
    )
    duck.execute(
        """
        INSERT INTO change BY NAME
        SELECT v.change_id, e.n + 1 AS seq, v.run_id, 'haiti' AS watch, e.aspect, e.subject, e.subject_key,
               CASE WHEN b.n IS NULL THEN 'new' ELSE 'revises' END AS verdict, e.stage, e.value, e.day AS held_from,
               a.published AS known_at, e.quote, 'the board has nothing on it yet' AS reason, 0.75 AS confidence,
               b.stage AS before_stage, b.value AS before_value, b.subject AS before_subject, b.day AS before_since,
               k.claim_id, k.article_id, e.day AS event_date
        FROM e JOIN verdict v ON v.change_id = id_of('change', e.n) JOIN claim k USING (claim_id)
        JOIN article a USING (article_id) ASOF LEFT JOIN e b
        ON b.subject_key = e.subject_key AND b.aspect = e.aspect AND b.n < e.n"""
    )
    for table, query in {
        "alert": """SELECT id_of('alert', seq) AS alert_id, run_id, watch, 'all' AS rule, 'console' AS channel,
            subject || ' is ' || value AS subject, quote AS body, known_at AS planned_at, 'alert' AS kind,
            known_at AS due_at, false AS urgent, '' AS message FROM change WHERE seq > 0""",
        "alert_change": "SELECT id_of('alert', seq) AS alert_id, change_id, 0 AS place FROM change WHERE seq > 0",
        "delivery": """SELECT id_of('delivery', seq) AS delivery_id, run_id, id_of('alert', seq) AS alert_id,
            'console' AS channel, 1 AS attempt, known_at AS attempted_at, 'delivered' AS outcome, '' AS reason
            FROM change WHERE seq > 0""",
    }.items():
        duck.execute(f"INSERT INTO {table} BY NAME {query}")
    duck.unregister("e")


def _derived(duck: duckdb.DuckDBPyConnection) -> None:
    """Sketches of texts. Those of the last weeks, which are compared, the store makes itself where they are missing."""
    duck.execute(
        """INSERT INTO article_sketch BY NAME SELECT article_id, published,
        [CAST(hash(article_id, b) % 4294967296 AS UINTEGER) FOR b IN range(32)] AS bands
        FROM article WHERE published < (SELECT max(published) FROM article) - INTERVAL 30 DAY"""
    )


def history(archive: Archive, count: int, tell: Tell, *, cache: Path | None = None) -> Path:
    """The folder of a store with the first ``count`` articles; made once, and kept beside others.

    Args:
        archive: what the articles are drawn from.
        count: so many articles.
        tell: as for :func:`make_history`.
        cache: where stores are kept; the machine's folder of temporary files where None.
    """
    cache = cache or Path(tempfile.gettempdir()) / "missionwatch-bench-speed"
    kept = cache / f"{count}-{archive.feeds}-{archive.size}-{archive.pool}-{archive.seed}-{_shape()}"
    if not kept.exists():
        new = kept.with_name(f"{kept.name}.{os.getpid()}.tmp")
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            make_history(archive, new, count, tell)
            new.replace(kept)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return kept


def _shape() -> str:
    """What tells one shape of the store from another: a store that an older release made is made anew."""
    return MIGRATIONS[-1].__name__
