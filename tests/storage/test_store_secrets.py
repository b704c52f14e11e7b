"""Keys in the addresses of feeds are struck out of stores that were made before they were kept out."""

from __future__ import annotations

from pathlib import Path

from pipeline.storage import LIVE
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import migrate
from tests.storage.builders import make_feed
from tests.storage.earlier import unpack

KEY = "fk-71d0c3e95b"


def test_a_store_of_before_loses_the_keys_and_keeps_the_rest(tmp_path: Path) -> None:
    db = open_connection(unpack("alert_rules", tmp_path) / LIVE)
    db.run("DELETE FROM feed")
    one, other = make_feed("one").feed_id, make_feed("other").feed_id
    for feed_id, url in ((one, f"https://isle.test/rss?token={KEY}"), (other, "https://isle.test/rss?page=2")):
        db.run("INSERT INTO feed (feed_id, url, title) VALUES (?, ?, 'A feed')", [feed_id, url])
        db.run(
            "INSERT INTO feed_state (feed_id, final_url, last_reason, address) VALUES (?, ?, ?, ?)",
            [feed_id, url, f"http-4xx: {url} answers 404.", url],
        )

    migrate(db)

    rows = db.rows("SELECT url, final_url, last_reason, address FROM feed JOIN feed_state USING (feed_id) ORDER BY url")
    assert [tuple(row.values()) for row in rows] == [
        ("https://isle.test/rss?page=2",) * 2
        + ("http-4xx: https://isle.test/rss?page=2 answers 404.", "https://isle.test/rss?page=2"),
        ("https://isle.test/rss?token=…",) * 2 + ("http-4xx: https://isle.test/rss?token=… answers 404.", ""),
    ]
    db.close()
