"""Build the files of an evidence pack: a change, its sentences, their texts, and how it was decided. Pure.

What the pack says can be checked without Missionwatch: each quote has its place in a text that lies beside it, and
each file its SHA-256. The same store gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pipeline.alerts.evidence.steps import COMPARED, Row, Trail, TrailAccount
from pipeline.alerts.evidence.telling import account_of
from pipeline.alerts.evidence.words import as_lines
from pipeline.board.compare.history import SAME
from pipeline.board.compare.verdicts import RESTATED, SURE
from pipeline.model import AlertRule

VERSION = 1  # of the format; docs/evidence.md documents it
MOST_TEXTS = 100  # archived texts in one pack; those that the change rests on come first
MOST_BYTES = 16 * 2**20  # of all of them
BASELINE = "baseline"  # the name of the seed article's text

_LEFT_OUT = f"left out: a pack holds {MOST_TEXTS} texts and {MOST_BYTES // 2**20} MiB at most"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the store has for a pack.

    Attributes:
        watch: the watch's short name.
        asked: the address or id that was asked for.
        as_of: the watch's clock at its last round; None where there was none.
        trail: its trail, by section; see :data:`pipeline.alerts.evidence.steps.Trail`.
        ends: where the trail ends, in plain English.
        changes: the changes that it is about, with ``subject_key`` and of their verdicts ``similarity`` and
            ``against``, in the board's order; none where nothing changed.
        before: those whose place they took, by the id of the change that did.
        claims: rows of the view ``claims``: those that the pack quotes, what it rests on first.
        articles: rows of the view ``articles`` without the text, with ``content_hash`` of the entry, in the order of
            ``claims``.
        texts: the archived texts that are kept, by article.
        origins: who says so: rows of the view ``evidence`` for the changes.
        baseline: the seed article; None where no quote stands in it.
    """

    watch: str
    asked: str
    as_of: datetime | None
    trail: Trail
    ends: str
    changes: Sequence[Row]
    before: Mapping[UUID, Row]
    claims: Sequence[Row]
    articles: Sequence[Row]
    texts: Mapping[UUID, str]
    origins: Sequence[Row]
    baseline: Row | None


def pack_files(found: Gathered, rules: Sequence[AlertRule] = ()) -> dict[str, bytes]:
    """Return the files of the pack by name, without the manifest; ``rules`` are the watch's, as they stand now."""
    told = account_of(found.trail, rules)
    texts, left_out = _texts(found)
    files = {name: text.encode() for name, text in texts.items()}
    return {
        "README.txt": _readme(found).encode(),
        "change.json": as_json(_changes(found, rules)),
        "quotes.json": as_json(_quotes(found, texts, left_out)),
        "articles.json": as_json(_articles(found, files, left_out)),
        "trail.json": as_json(_trail(found, told)),
        "trail.txt": as_lines(told, found.ends).encode("utf-8", "replace"),
        **files,
    }


def as_json(value: object) -> bytes:
    """Return ``value`` as JSON for people and programs, with a line break at its end."""
    return (json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def text_name(article_id: object) -> str:
    """Return the name of the file that holds an article's text."""
    return f"texts/{article_id}.txt"


# -- the texts -----------------------------------------------------------------------------------


def _texts(found: Gathered) -> tuple[dict[str, str], Mapping[str, str]]:
    """Return the texts by file name, and why each of the others is not there."""
    kept: dict[str, str] = {}
    left_out: dict[str, str] = {}
    room = MOST_BYTES
    if found.baseline is not None:
        kept[text_name(BASELINE)] = str(found.baseline["text"])
    for article in found.articles:
        name, text = text_name(article["article_id"]), found.texts.get(article["article_id"])
        if text is None:
            left_out[name] = _why_gone(article)
            continue
        size = len(text.encode())
        if len(kept) >= MOST_TEXTS or size > room:
            left_out[name] = _LEFT_OUT
            continue
        kept[name] = text
        room -= size
    return kept, left_out


def _why_gone(article: Row) -> str:
    if article.get("text_removed_at") is not None:
        return f"removed on {article['text_removed_at']:%Y-%m-%d} because of its age, as the operator has set"
    return "the store has no text of it"


# -- change.json ---------------------------------------------------------------------------------


def _changes(found: Gathered, rules: Sequence[AlertRule]) -> dict[str, Any]:
    return {
        "watch": found.watch,
        "asked": found.asked,
        "in_short": found.ends,
        "thresholds": {
            "confidence": {"needed": SURE, "means": "under it, a claim is too weak to move the board"},
            "same_event": {"needed": SAME, "means": "from this likeness on, a claim tells of an event that is known"},
            "restated": {"needed": RESTATED, "means": "from this chance on, a claim restates old news"},
            "alert_rules": [
                {"rule": rule.name, "tells_from": rule.min_confidence, "at_once_from": rule.at_once} for rule in rules
            ],
        },
        "changes": [_change(row, found) for row in found.changes],
    }


def _change(row: Row, found: Gathered) -> dict[str, Any]:
    before = found.before.get(row["change_id"])
    mine = [one for one in found.origins if one["change_id"] == row["change_id"]]
    return {
        "change_id": row["change_id"],
        "aspect": row["aspect"],
        "subject": row["subject"],
        "before": None
        if row["before_stage"] is None
        else {
            "stage": row["before_stage"],
            "value": row["before_value"],
            "since": row["before_since"],
            "change_id": before["change_id"] if before is not None else None,
            "quote": before["quote"] if before is not None else None,
            "url": before["url"] if before is not None else None,
        },
        "after": {"stage": row["stage"], "value": row["value"], "since": row["held_from"], "quote": row["quote"]},
        "disputed_value": row["disputed_value"],
        "verdict": row["verdict"],
        "reason": row["reason"],
        "known_at": row["known_at"],
        "event_date": row["event_date"],
        "confidence": row["confidence"],
        "likeness": row["similarity"],
        "compared_with": row["against"],
        "supersedes": row["supersedes"],
        "superseded_by": row["superseded_by"],
        "claim_id": row["claim_id"],
        "article_id": row["article_id"],
        "alerts": row["alerts"] or 0,
        "first_delivered_at": row["delivered_at"],
        "not_told_because": row["silence"],
        "independent_origins": len({one["origin"] for one in mine if one["stands"]}),
        "said_by": [
            {
                "says": one["says"],
                "outlet": one["outlet"],
                "origin": one["origin"],
                "published": one["published"],
                "url": one["url"],
                "still_says_so": one["stands"],
                "claim_id": one["claim_id"],
                "article_id": one["article_id"],
            }
            for one in mine
        ],
    }


# -- quotes.json ---------------------------------------------------------------------------------


def _quotes(found: Gathered, texts: Mapping[str, str], left_out: Mapping[str, str]) -> dict[str, Any]:
    rows = [_quote(claim, found, texts, left_out) for claim in found.claims]
    rows += [_of_baseline(row, found, texts) for row in _baseline_rows(found)]
    return {
        "offsets": "characters (Unicode code points) from 0; the end is not included; read the file as UTF-8 and leave "
        "its line breaks as they are",
        "quotes": rows,
    }


def _quote(claim: Row, found: Gathered, texts: Mapping[str, str], left_out: Mapping[str, str]) -> dict[str, Any]:
    name = text_name(claim["article_id"])
    in_title = claim["quote_start"] < 0
    start, end = (None, None) if in_title else (claim["quote_start"], claim["quote_end"])
    text = None if in_title else texts.get(name)
    return {
        "role": _role(claim, found),
        "quote": claim["quote"],
        "stands_in": "the title, see articles.json" if in_title else name,
        "start": start,
        "end": end,
        "is_there": None if text is None else text[start:end] == claim["quote"],
        "no_text": None if in_title else left_out.get(name),
        "claim_id": claim["claim_id"],
        "article_id": claim["article_id"],
        "change_id": claim["change_id"],
        "verdict": claim["verdict"],
        "reason": claim["reason"],
        "compared_with": claim["against"],
        "likeness": claim["similarity"],
        "confidence": claim["confidence"],
        "read_from": claim["why"],
        "says": {name: claim[name] for name in ("aspect", "stage", "subject", "value", "event_date")},
    }


def _role(claim: Row, found: Gathered) -> str:
    asked = {row["change_id"] for row in found.changes}
    if claim["change_id"] in asked:
        return "now"
    if claim["change_id"] is not None and claim["change_id"] in {row["change_id"] for row in found.before.values()}:
        return "before"
    if claim["against"] in asked and claim["verdict"] in ("confirms", "repeats"):
        return str(claim["verdict"])
    own = {row["claim_id"] for row in found.trail.get("claims", ())}
    return "held back" if claim["claim_id"] in own else "compared with"


def _baseline_rows(found: Gathered) -> list[Row]:
    rows = [*found.changes, *found.before.values(), *(() if found.changes else found.trail.get(COMPARED, ()))]
    return list({row["change_id"]: row for row in rows if row["verdict"] == "baseline"}.values())


def _of_baseline(row: Row, found: Gathered, texts: Mapping[str, str]) -> dict[str, Any]:
    name = text_name(BASELINE)
    start = texts.get(name, "").find(row["quote"])
    is_there = name in texts and start >= 0
    return {
        "role": _role_of_baseline(row, found),
        "quote": row["quote"],
        "stands_in": name,
        "start": start if is_there else None,
        "end": start + len(row["quote"]) if is_there else None,
        "is_there": is_there,
        "no_text": None if is_there else "the seed article has been changed since",
        "claim_id": None,
        "article_id": None,
        "change_id": row["change_id"],
        "verdict": "baseline",
        "says": {name: row[name] for name in ("aspect", "stage", "subject", "value", "event_date")},
    }


def _role_of_baseline(row: Row, found: Gathered) -> str:
    if row["change_id"] in {one["change_id"] for one in found.changes}:
        return "now"
    return "before" if found.changes else "compared with"


# -- articles.json, trail.json, README.txt -------------------------------------------------------


def _articles(found: Gathered, files: Mapping[str, bytes], left_out: Mapping[str, str]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    if found.baseline is not None:
        base, name = found.baseline, text_name(BASELINE)
        rows.append(
            {
                "article_id": None,
                **{key: base[key] for key in ("title", "outlet", "url", "published")},
                "is": "the seed article of the watch: what was known at the start, as the operator wrote it down",
                "text": name,
                "text_sha256": hashlib.sha256(files[name]).hexdigest(),
            }
        )
    for article in found.articles:
        name = text_name(article["article_id"])
        data = files.get(name)
        rows.append(
            {
                "article_id": article["article_id"],
                "title": article["title"],
                "outlet": article["outlet"],
                "first_written_by": article["origin"],
                "url": article["url"],
                "published": article["published"],
                "published_read_from": article["published_source"],
                "fetched_at": article["fetched_at"],
                "http_status": article["status"],
                "page_bytes": article["size"],
                "feed": article["feed"],
                "feed_url": article["feed_url"],
                "entry_id": article["entry_id"],
                "entry_seen_at": article["entry_seen_at"],
                "entry_content_hash": article["content_hash"],
                "text": name if data is not None else None,
                "text_sha256": hashlib.sha256(data).hexdigest() if data is not None else None,
                "no_text": left_out.get(name),
            }
        )
    return {"articles": rows}


def _trail(found: Gathered, told: TrailAccount) -> dict[str, Any]:
    rows = {name: [dict(row) for row in section] for name, section in found.trail.items() if section}
    return {"asked": found.asked, "in_short": found.ends, **asdict(told), "rows": rows}


def _readme(found: Gathered) -> str:
    as_of = f"{found.as_of:%d %b %Y %H:%M} UTC, by the watch's own clock" if found.as_of else "before its first round"
    return README.format(watch=found.watch, asked=found.asked, as_of=as_of, in_short=found.ends or "nothing more")


README = """\
An evidence pack of Missionwatch

Watch:     {watch}
Asked for: {asked}
As of:     {as_of}
In short:  {in_short}

What is in it

  change.json     what became what: before and after, the verdict with its reason, scores and thresholds, who says so
  quotes.json     each sentence, and from which to which character it stands in which text
  texts/          the archived texts, as they were taken from the pages: UTF-8, nothing added
  articles.json   where each text comes from: address, outlet, who first wrote it, when it was seen and fetched
  trail.txt       how it came about, step by step; trail.json is the same for programs, with the store's own rows
  manifest.json   each file's size and SHA-256
  SHA256SUMS      the same, for sha256sum

How to check it

  1. That no file was altered: unpack it, and in its folder
         sha256sum -c SHA256SUMS
  2. That each sentence stands in its text. With Python 3, in the same folder:
         import json, pathlib
         for q in json.load(open("quotes.json", encoding="utf-8"))["quotes"]:
             if q["start"] is not None and q["no_text"] is None:
                 text = pathlib.Path(q["stands_in"]).read_bytes().decode("utf-8")
                 assert text[q["start"]:q["end"]] == q["quote"], q
  3. That it is the pack that somebody told you of: compare the SHA-256 of the zip file with the one that
     `missionwatch evidence` printed when it was made. The same store gives the same bytes.

What it does not prove

  A hash shows that a file is what it was when the pack was made. It does not show that the page said so on the
  day: for that, compare with the page itself, or with a copy that a third party keeps. Who made the pack could
  have changed the store before. Where "no_text" gives a reason, a text is missing: because of its age, or since a
  pack has a limit; the sentence itself is kept.

  The texts are their publishers'. Pass on no more of them than you may.
"""


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)
