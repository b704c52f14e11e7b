"""The units of work: each takes what is known and a way to act, and returns what to store.

This is the pipe, in order::

    poll_feed      a feed's state   -> fetch, parse            -> a PollRecord with its entries
    collect_entry  an entry         -> fetch, extract          -> a FetchRecord with its article
    fetch_again    an alert's page  -> fetch, extract          -> a FetchRecord; later texts are articles
    plan_revisions pages, alerts    -> compare, plan           -> checks, changes taken back, recalls
    assess         articles, board  -> read, compare, plan     -> readings, verdicts, changes, alerts
    deliver_alert  a pending alert  -> hand it over            -> a Delivery
    read_again     the stored past  -> read, compare           -> how the board would differ, and what to store
    plan_correction  a correction   -> compare, plan           -> changes taken back or added, messages due

``assess_asking`` is ``assess`` with a language model, for a watch that chooses one.

The steps do no I/O themselves: ``fetch``, ``work``, ``ask`` and ``deliver`` are given, the real ones by
:mod:`flows`, false ones by tests. Failures of the outside world are values here, never
exceptions: each ends as a recorded outcome with its reason, and the rest goes on.
"""

from pipeline.steps.asking import ModelReadings, assess_asking, candidates, choose_reader
from pipeline.steps.assess import NEAR_DUPLICATES_FOR, Assessment, AssessmentInput, assess
from pipeline.steps.collect import collect_entry, is_put_off
from pipeline.steps.correct import plan_correction
from pipeline.steps.correction import CorrectionContext, CorrectionOutcome, RecordedClaim
from pipeline.steps.deliver import deliver_alert, deliver_all
from pipeline.steps.poll import no_delay, poll_feed
from pipeline.steps.ports import AskModel, Deliver, Fetch, Work
from pipeline.steps.recheck import (
    MAX_HASH_ONLY,
    RecheckInput,
    drop_recalled,
    fetch_again,
    gone_reason,
    limit_revisions,
    plan_revisions,
    read_revisions,
)
from pipeline.steps.reread import Difference, RereadResult, read_again

__all__ = [
    "MAX_HASH_ONLY",
    "NEAR_DUPLICATES_FOR",
    "AskModel",
    "Assessment",
    "AssessmentInput",
    "CorrectionContext",
    "CorrectionOutcome",
    "Deliver",
    "Difference",
    "Fetch",
    "ModelReadings",
    "RecheckInput",
    "RecordedClaim",
    "RereadResult",
    "Work",
    "assess",
    "assess_asking",
    "candidates",
    "choose_reader",
    "collect_entry",
    "deliver_alert",
    "deliver_all",
    "drop_recalled",
    "fetch_again",
    "gone_reason",
    "is_put_off",
    "limit_revisions",
    "no_delay",
    "plan_correction",
    "plan_revisions",
    "poll_feed",
    "read_again",
    "read_revisions",
]
