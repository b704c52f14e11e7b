"""Recheck: pages behind alerts -> looked at again -> later texts, and what must be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from prefect import flow

from flows.run.context import RunContext, open_run
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.events import emit, event_source
from flows.run.request import WatchRequest
from flows.run.revisions import drop_excess_revisions
from flows.run.steps import Step
from flows.run.tasks import batch_task, each
from pipeline import steps
from pipeline.alerts.recalls import RECHECK_FOR, Page, recheck_due
from pipeline.fetch.patience import Patience
from pipeline.model import FetchRecord, PageToCheck, RecheckResult
from pipeline.steps.events import Event, EventSource, alerts_planned, alerts_recalled, articles_stored, status_changed
from pipeline.storage import Store

LIMIT = 100  # pages a run; those that were seen longest ago go first, and the rest waits for the next run
# Seconds for which a live run looks: the news of the round waits for it. What is put off is due in the next round.
SECONDS = 6.0


@flow(name="recheck", flow_run_name=flow_run_name, persist_result=False)
async def recheck(request: WatchRequest) -> dict[str, int]:
    """Look again at the pages behind the alerts of the last days; later texts are stored, to be read by assess."""

    async def counts() -> dict[str, int]:
        async with open_run("recheck", request) as context:
            await recheck_pages(context)
        return context.run.counts

    return await end_flow_run("recheck", counts())


async def recheck_pages(context: RunContext) -> None:
    """Look again at the pages that are due; one that is gone takes back here what rests on it alone."""
    with context.open_store() as store:
        pages = due(store, context.slug, context.now)
    tells = event_source(context)
    patience = Patience(SECONDS) if context.request.archive_port is None else Patience()
    records = await recheck_batch(f"{len(pages)} pages", pages, context, patience)
    looked = zip(pages, records, strict=True)
    lost = [Page(record.url, gone=answer) for page, record in looked if (answer := steps.gone_reason(page, record))]
    kept = await drop_excess_revisions([r for r in records if not steps.is_put_off(r)], context)
    with context.open_store() as store:
        # First, so that a crash in between leaves the look to be made again, and not half done.
        revised = _take_back(store, lost, context)
        texts = store.add_fetches(context.run.run_id, kept)
    emit(context, taken_back(tells, revised, "recheck 1"))
    emit(context, articles_stored(tells, texts, [], key="recheck"))
    context.run.count(pages_rechecked=len(kept), pages_changed=texts)


@batch_task("recheck")
async def recheck_batch(
    label: str, pages: Sequence[PageToCheck], context: RunContext, patience: Patience
) -> list[FetchRecord]:
    """Look at a batch of pages at once; those that have not changed cost their sites a 304."""
    fetch = partial(context.tools.fetcher.get_page, patience=patience)

    async def one(page: PageToCheck) -> FetchRecord:
        return await steps.fetch_again(page, fetch=fetch, work=context.tools.pool.run, now=context.now)

    return await each("looking again", pages, one, context.progress)


def due(store: Store, watch: str, now: datetime) -> list[PageToCheck]:
    """Return the pages behind recent alerts that are due to be looked at again, at most :data:`LIMIT`."""
    pages = store.pages_to_check(watch, now - RECHECK_FOR)
    return [page for page in pages if recheck_due(page.told_at, page.seen_at, now)][:LIMIT]


def _take_back(store: Store, lost: Sequence[Page], context: RunContext) -> RecheckResult:
    """Take back what rests on pages that are gone."""
    if not lost:
        return RecheckResult()
    slug, run = context.slug, context.run
    told = store.load_told(slug, [page.url for page in lost], store.load_changes(slug))
    revised = steps.plan_revisions(lost, told=told, watch=context.watch, now=context.now)
    store.add_assessment(run.run_id, slug, [], [], [], [], {}, revised)
    run.count(changes=len(revised.withdrawals), alerts_planned=len(revised.alerts), recalls=len(revised.recalls))
    for check in revised.checks:
        if check.withdrawal_id is not None:
            run.note(f"page {check.url}: {check.reason}")
    return revised


def taken_back(tells: EventSource, revised: RecheckResult, key: str) -> tuple[Event, ...]:
    """The events of what was taken back: the board's changes, the recalls, and the messages that tell them."""
    urls = {check.article_id: check.url for check in revised.checks}
    return (
        *status_changed(tells, revised.withdrawals, urls),
        *alerts_recalled(tells, revised.recalls),
        *alerts_planned(tells, revised.alerts, key=key),
    )


RECHECK = Step("recheck", recheck_pages, lambda context, store: bool(due(store, context.slug, context.now)), once=True)
