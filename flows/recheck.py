"""Recheck: pages behind alerts -> looked at again -> later texts, and what must be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from prefect import flow

from flows.run.batching import batch_task, each
from flows.run.context import Resources, resources
from flows.run.endings import name_of_run
from flows.run.events import emit, teller
from flows.run.pages import bounded
from flows.run.record import Run, recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline import steps
from pipeline.alerts.recalls import LOOK_FOR, Page, look_due
from pipeline.fetch.patience import Patience
from pipeline.model import FetchRecord, PageToCheck, Revised
from pipeline.steps.events import Event, Teller, alerts_planned, alerts_recalled, articles_stored, status_of
from pipeline.storage import Store, open_store

LIMIT = 100  # pages a run; those that were seen longest ago go first, and the rest waits for the next run
SECONDS = (
    6.0  # for which a live run looks: the news of the round waits for it. What is put off is due in the next round
)


@batch_task("recheck")
async def recheck_batch(
    label: str, pages: Sequence[PageToCheck], found: Resources, now: datetime, patience: Patience
) -> list[FetchRecord]:
    """Look at a batch of pages at once; those that have not changed cost their sites a 304."""
    fetch = partial(found.fetcher.get_page, patience=patience)

    async def one(page: PageToCheck) -> FetchRecord:
        return await steps.look_again(page, fetch=fetch, work=found.pool.run, now=now)

    return await each("looking again", pages, one)


@flow(name="recheck", flow_run_name=name_of_run, persist_result=False)
@leaves_to_holder
async def recheck(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Look again at the pages behind the alerts of the last days; later texts are stored, to be read by assess.

    A page that is gone takes back here what rests on it alone.
    """
    async with resources(request) as found, recorded("recheck", request, found, run_id) as run:
        now = run.now
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            pages = due(store, found.watch.slug, now)
        tells = teller(found, run.run_id, run_id)
        patience = Patience(SECONDS) if request.archive_port is None else Patience()
        records = await recheck_batch(f"{len(pages)} pages", pages, found, now, patience)
        looked = zip(pages, records, strict=True)
        lost = [Page(record.url, gone=answer) for page, record in looked if (answer := steps.gone(page, record))]
        kept = await bounded([r for r in records if not steps.is_put_off(r)], request, found)
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            # First, so that a crash in between leaves the look to be made again, and not half done.
            revised = _take_back(store, lost, found, run, now)
            texts = store.add_fetches(run.run_id, kept)
        emit(found, taken_back(tells, revised, "recheck 1"))
        emit(found, articles_stored(tells, texts, [], key="recheck"))
        run.count(pages_rechecked=len(kept), pages_changed=texts)
        return run.counts


def due(store: Store, watch: str, now: datetime) -> list[PageToCheck]:
    """The pages behind recent alerts that are due to be looked at again, at most :data:`LIMIT`."""
    pages = store.pages_to_check(watch, now - LOOK_FOR)
    return [page for page in pages if look_due(page.told_at, page.seen_at, now)][:LIMIT]


def _take_back(store: Store, lost: Sequence[Page], found: Resources, run: Run, now: datetime) -> Revised:
    """Take back what rests on pages that are gone."""
    if not lost:
        return Revised()
    slug = found.watch.slug
    told = store.load_told(slug, [page.url for page in lost], store.load_changes(slug))
    revised = steps.revise(lost, told=told, watch=found.watch, now=now)
    store.add_assessment(run.run_id, slug, [], [], [], [], {}, revised)
    run.count(changes=len(revised.withdrawals), alerts_planned=len(revised.alerts), recalls=len(revised.recalls))
    for check in revised.checks:
        if check.withdrawal_id is not None:
            run.note(f"page {check.url}: {check.reason}")
    return revised


def taken_back(tells: Teller, revised: Revised, key: str) -> tuple[Event, ...]:
    """The events of what was taken back: the board's changes, the recalls, and the messages that tell them."""
    urls = {check.article_id: check.url for check in revised.checks}
    return (
        *status_of(tells, revised.withdrawals, urls),
        *alerts_recalled(tells, revised.recalls),
        *alerts_planned(tells, revised.alerts, key=key),
    )
