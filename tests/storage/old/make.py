"""Makes a store as the Missionwatch of a checkout makes it: the files of this folder are of earlier releases.

For a release, once, before the next one changes the schema::

    git archive COMMIT pipeline tests/storage | tar x -C FOLDER
    cp tests/storage/old/make.py FOLDER/make.py && cd FOLDER && python make.py LAST-MIGRATION.duckdb.gz

It uses what every release has had: the store's own methods, and the builders of the tests. The story is one of each:
a proposal that was told; a decision that superseded it, told to one channel while the other still fails; a dispute
that no rule tells; a claim too weak; a page that did not come.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pipeline.model import Aspect, Role, Silence, Stage, Verdict
from pipeline.storage import open_store, publish
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

TIMES, WIRE = make_feed("times"), make_feed("wire", role=Role.WIRE)
AUGUST, SEPTEMBER = at("2025-08-28"), at("2025-09-30")


def main(target: Path) -> None:
    """Make the store and save it, packed, as ``target``."""
    first = make_entry("draft", TIMES, published=AUGUST)
    second = make_entry("vote", WIRE, published=SEPTEMBER)
    third = make_entry("gone", WIRE, published=SEPTEMBER)
    draft = make_article(first, "A draft proposes a new force of 5,000. Nobody has voted.", published=AUGUST)
    vote = make_article(second, "The Council decided on a force of 5,550. Some say 5,500.", published=SEPTEMBER)
    said = make_claim(draft, stage=Stage.PROPOSED, value="a force of 5,000", end=38, event_date=date(2025, 8, 28))
    voted = make_claim(vote, value="a force of 5,550", end=41)
    other = make_claim(vote, value="a force of 5,500", start=42, end=56, confidence=0.45)
    weak = make_claim(vote, aspect=Aspect.LEAD, subject="the lead", value="nobody", confidence=0.2)
    proposed = make_change(said, known_at=AUGUST, held_from=date(2025, 8, 28))
    decided = make_change(
        voted, verdict=Verdict.ADVANCES, supersedes=proposed.change_id, before_value="a force of 5,000",
        before_stage=Stage.PROPOSED, before_since=date(2025, 8, 28),
    )  # fmt: skip
    disputed = make_change(
        other, verdict=Verdict.DISPUTES, value="a force of 5,550", supersedes=decided.change_id,
        disputed_value="a force of 5,500", before_value="a force of 5,550", before_stage=Stage.DECIDED,
    )  # fmt: skip
    told, console = make_alert(proposed), make_alert(decided)
    hook = make_alert(decided, channel="json://user:secret@hooks.example/x")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        run = make_run()
        with open_store(data) as store:
            store.start_run(run)
            store.sync_watch(make_watch(TIMES, WIRE), NOW)
            store.add_polls(RUN, [make_poll(first, feed=TIMES), make_poll(second, third, feed=WIRE)])
            store.add_fetches(RUN, [make_fetch(first, draft), make_fetch(second, vote), make_fetch(third)])
            store.add_assessment(
                RUN, WATCH,
                [make_reading(draft, said), make_reading(vote, voted, other, weak)],
                [make_judgement(said, proposed), make_judgement(voted, decided), make_judgement(other, disputed),
                 make_judgement(weak, verdict=Verdict.UNCERTAIN, reason="too weak to tell")],
                [told, console, hook],
                [Silence(disputed.change_id, "confidence 0.45 is under the 0.50 of rule 'all'")],
                {draft.article_id: "times", vote.article_id: "wire"},
            )  # fmt: skip
            failed = make_delivery(hook, error="no answer", retry_at=NOW + timedelta(hours=1))
            store.add_deliveries(RUN, [make_delivery(told), make_delivery(console), failed])
            store.finish_run(replace(run, finished_at=NOW, outcome="ok", counts={"articles_new": 2, "changes": 3}))
        publish(data, RUN, NOW)
        target.write_bytes(gzip.compress((data / "live.duckdb").read_bytes(), 9, mtime=0))
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
