"""What all queries share: the connection, and rows made into the nouns of the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from pipeline.model import (
    Alert,
    AlertKind,
    Article,
    Aspect,
    Claim,
    Entry,
    Feed,
    Parts,
    Precision,
    Role,
    Slot,
    Stage,
    TypedFact,
)
from pipeline.model.text import content_id
from pipeline.storage.connection import Connection, Row

FEED_COLUMNS = (
    "f.feed_id, f.url AS feed_url, f.title AS feed_title, f.role, f.family, f.language, f.region, "
    "f.expected_every_s, f.confirmed_in"
)

_FEW = 800  # ids: of so many both ways to ask take about as long
_READ_TOGETHER = 4_096  # rows: two of DuckDB's vectors, which it unpacks as a whole

# The articles that a watch's feeds gave, removed feeds and later texts too: what was read stays read.
WATCH_ARTICLES = """
    SELECT DISTINCT l.article_id FROM (
        SELECT entry_id, article_id FROM entry_article UNION SELECT entry_id, article_id FROM article_revision
    ) l JOIN entry e USING (entry_id) JOIN watch_feed w USING (feed_id) WHERE w.watch = ?"""


class Queries:
    """Base of the queries of one subject."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def _key(self, watch: str) -> str:
        """What the ids of ``watch`` are made of: the first name that it had."""
        return next(iter(former_names(self._db, watch)), watch)

    def _counted(self, questions: Mapping[str, str], watch: str) -> dict[str, int]:
        return {name: int(self._db.value(sql, [watch])) for name, sql in questions.items()}

    def _texts(self, article_ids: Collection[UUID]) -> dict[UUID, str]:
        """The texts that are kept of ``article_ids``.

        In two steps, since of a table without a key all texts would be unpacked to find a few.
        """
        texts: dict[UUID, str] = {}
        for some in _near(self._places("article_body", "article_id", article_ids)):
            rows = self._db.rows(f"SELECT article_id, text FROM article_body WHERE {at_places(some)}")  # noqa: S608
            texts |= {row["article_id"]: row["text"] for row in rows}
        return texts

    def _newest(self, urls: Iterable[str]) -> dict[str, Row]:
        """By address: id, entry, text hash and time of the newest article that we hold, and the ids of all."""
        wanted = set(urls)
        if not wanted:
            return {}
        # First the places, by that one column: most pages are new, and there is none.
        keys = ", ".join(str(url_key(url)) for url in sorted(wanted))
        places = self._db.rows(f"SELECT rowid AS place FROM article WHERE url_key IN ({keys})")  # noqa: S608 -- numbers
        if not places:
            return {}
        found: dict[str, Row] = {}
        for row in self._db.rows(
            "SELECT article_id, entry_id, url, text_hash, fetched_at FROM article "  # noqa: S608 -- numbers
            f"WHERE {at_places(row['place'] for row in places)} ORDER BY fetched_at DESC, article_id"
        ):
            if row["url"] in wanted:
                found.setdefault(row["url"], {**row, "all_of_it": []})["all_of_it"].append(row["article_id"])
        return found

    def _entries(self, places: Collection[int]) -> list[Row]:
        """The entries in these rows, at least one, with their feeds, the oldest published first."""
        return self._db.rows(
            f"""
            SELECT {FEED_COLUMNS}, e.* FROM entry e JOIN feed f USING (feed_id)
            WHERE {at_places(places, "e.")}
            ORDER BY coalesce(e.published, e.seen_at), e.entry_id"""  # noqa: S608 -- numbers
        )

    def _held(self, table: str, key: str, ids: Collection[UUID]) -> set[UUID]:
        """Those of ``ids`` that rows of ``table`` have as their ``key``."""
        if not ids:
            return set()
        rows = self._db.rows(f"SELECT {key} FROM {table} WHERE {key} IN {id_list(ids)}")  # noqa: S608 -- ids
        return {row[key] for row in rows}

    def _places(self, table: str, key: str, ids: Collection[UUID]) -> list[int]:
        """In which rows of ``table`` those are that have one of ``ids`` as their ``key``, in order."""
        if not ids:
            return []
        rows = self._db.rows(f"SELECT rowid AS place FROM {table} WHERE {key} IN {id_list(ids)}")  # noqa: S608 -- ids
        return sorted(row["place"] for row in rows)

    def _add_alerts(self, run_id: UUID, alerts: Sequence[Alert]) -> int:
        self._db.insert(
            "alert_change",
            [
                {"alert_id": alert.alert_id, "change_id": change_id, "place": place}
                for alert in {alert.alert_id: alert for alert in alerts}.values()
                for place, change_id in enumerate(alert.change_ids)
            ],
            where="NOT EXISTS (SELECT 1 FROM alert a WHERE a.alert_id = CAST(batch.alert_id AS UUID))",
        )
        self._db.insert(
            "digest_part",
            [{"alert_id": part, "digest_id": alert.alert_id} for alert in alerts for part in alert.parts],
        )
        return self._db.insert(
            "alert",
            [
                {
                    "alert_id": alert.alert_id,
                    "run_id": run_id,
                    "watch": alert.watch,
                    "rule": alert.rule,
                    "channel": alert.channel,
                    "subject": alert.subject,
                    "body": alert.body,
                    "planned_at": alert.planned_at,
                    "kind": alert.kind,
                    "due_at": alert.due_at,
                    "urgent": alert.urgent,
                    "message": alert.message,
                }
                for alert in alerts
            ],
        )


def _near(places: Sequence[int]) -> Iterator[list[int]]:
    """``places``, in order, in groups whose members lie so near that they are read together."""
    group: list[int] = []
    for place in places:
        if group and place - group[-1] > _READ_TOGETHER:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def id_list(ids: Iterable[UUID]) -> str:
    """``ids``, which may be none, as what follows ``IN`` in SQL: few as constants, by which a row is found by its key.

    Each constant is dear to plan with, so that many are one list, which is joined with the table.
    """
    texts = sorted(set(map(str, ids)))
    if 0 < len(texts) <= _FEW:
        return "(" + ", ".join(f"'{text}'::UUID" for text in texts) + ")"
    return f"(SELECT unnest(CAST('[{', '.join(texts)}]' AS UUID[])))"


def at_places(places: Iterable[int], of: str = "") -> str:
    """The condition that a row is in one of ``places``, at least one; by its bounds most of a table is passed over.

    Args:
        places: row numbers.
        of: the table's name and a dot, where there are several.
    """
    known = sorted(places)
    listed = ", ".join(map(str, known))
    return f"{of}rowid BETWEEN {known[0]} AND {known[-1]} AND {of}rowid IN ({listed})"


def url_key(url: str) -> int:
    """The number by which texts of a page are found; :data:`URL_KEY` is the same in SQL."""
    return int(hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:15], 16)


URL_KEY = "CAST('0x' || left(sha256(url), 15) AS BIGINT)"


def feed_of(row: Row) -> Feed:
    """The feed in a row of :data:`FEED_COLUMNS`."""
    return Feed(
        feed_id=row["feed_id"],
        url=row["feed_url"],
        title=row["feed_title"],
        role=Role(row["role"]),
        family=row["family"],
        language=row["language"],
        region=row["region"],
        expected_every=timedelta(seconds=row["expected_every_s"]),
        confirmed_in=row["confirmed_in"],
    )


def entry_of(row: Row) -> Entry:
    """The entry in a row of ``entry``, without its summary: a table of its own, which no step asks for."""
    return Entry(
        entry_id=row["entry_id"],
        feed_id=row["feed_id"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary="",
        published=row["published"],
        precision=Precision(row["precision"]),
        content_hash=row["content_hash"],
        seen_at=row["seen_at"],
    )


def claim_of(row: Row) -> Claim:
    """The claim in a row of the table ``claim``."""
    return Claim(
        claim_id=row["claim_id"],
        article_id=row["article_id"],
        aspect=Aspect(row["aspect"]),
        stage=Stage(row["stage"]),
        subject=row["subject"],
        value=row["value"],
        quote=row["quote"],
        start=row["quote_start"],
        end=row["quote_end"],
        event_date=row["event_date"],
        event_precision=Precision(row["event_precision"]),
        background=row["background"],
        confidence=row["confidence"],
        why=row["why"],
        fact=fact_of(row),
    )


def fact_of(row: Row) -> TypedFact | None:
    """The typed fact in a row of ``claim`` or ``change``; None where it was written before facts had types."""
    if row["slot"] is None:
        return None
    return TypedFact(Slot(row["slot"]), row["key"] or "", Parts.from_flat(json.loads(row["parts"] or "{}")))


def fact_row(fact: TypedFact | None) -> Row:
    """The columns of a typed fact, for the tables ``claim`` and ``change``."""
    if fact is None:
        return {"slot": None, "key": None, "parts": None}
    return {"slot": fact.slot.value, "key": fact.key, "parts": parts_text(fact.parts)}


def parts_text(parts: Parts) -> str:
    """Typed parts as the JSON that the store keeps."""
    return json.dumps(parts.flat(), ensure_ascii=False)


def parts_of(text: str | None) -> Parts | None:
    """The parts that :func:`parts_text` wrote; None for null."""
    return None if text is None else Parts.from_flat(json.loads(text))


def former_names(db: Connection, watch: str) -> tuple[str, ...]:
    """The short names that ``watch`` had before, the first first."""
    rows = db.rows(
        "SELECT was FROM watch_event WHERE watch = ? AND what = 'renamed' ORDER BY said_at, event_id", [watch]
    )
    return tuple(row["was"] for row in rows)


def verdict_id(key: str, claim: Claim) -> UUID:
    """The id of what a watch has judged of ``claim``; ``key`` is what its ids are made of."""
    return content_id("verdict", key, claim.claim_id)


def claim_row(claim: Claim) -> Row:
    """The row of claim, for its table."""
    return {
        "claim_id": claim.claim_id,
        "article_id": claim.article_id,
        "aspect": claim.aspect,
        "stage": claim.stage,
        "subject": claim.subject,
        "value": claim.value,
        "quote": claim.quote,
        "quote_start": claim.start,
        "quote_end": claim.end,
        "event_date": claim.event_date,
        "event_precision": claim.event_precision,
        "background": claim.background,
        "confidence": claim.confidence,
        "why": claim.why,
        **fact_row(claim.fact),
    }


def alert_of(row: Row) -> Alert:
    """The alert in a row of ``alert`` with its ``change_ids``."""
    return Alert(
        alert_id=row["alert_id"],
        watch=row["watch"],
        rule=row["rule"],
        channel=row["channel"],
        change_ids=tuple(row["change_ids"] or ()),
        subject=row["subject"],
        body=row["body"],
        planned_at=row["planned_at"],
        kind=AlertKind(row["kind"] or AlertKind.ALERT),
        due_at=row["due_at"],
        urgent=bool(row["urgent"]),
        message=row["message"] or "",
    )


def article_of(row: Row) -> Article:
    """The article in a row of ``article`` with its ``text`` and ``origin``."""
    values: dict[str, Any] = {name: row[name] for name in Article.__slots__}
    values["precision"] = Precision(row["precision"])
    values["role"] = Role(row["role"])
    values["origin"] = row["origin"] or ""
    return Article(**values)
