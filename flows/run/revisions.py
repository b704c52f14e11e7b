"""Keep the later texts of one page within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from flows.run.context import RunContext
from pipeline import steps
from pipeline.model import FetchRecord


async def drop_excess_revisions(records: Sequence[FetchRecord], context: RunContext) -> list[FetchRecord]:
    """Return ``records`` without those later texts of a page that say what two dozen before them said."""
    urls = [record.url for record in records if record.outcome == "stored"]
    with context.open_store() as store:
        revisions = store.revisions_by_url(urls)
        full = [url for url, number in revisions.items() if number >= steps.MAX_HASH_ONLY]
        held = store.articles_by_url(full)
        texts = store.articles_of(article_id for article_id, _ in held.values())
    before = {article.url: article.text for article in texts.values()}

    def bound() -> list[FetchRecord]:
        return [
            steps.limit_revisions(r, before.get(r.url, ""), revisions.get(r.url, 0), context.reader, context.watch)
            for r in records
        ]

    return await asyncio.to_thread(bound) if full else list(records)
