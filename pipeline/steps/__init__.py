"""The units of work: each takes what is known and a way to act, and returns what to store.

This is the pipe, in order::

    poll_feed      a feed's state   -> fetch, parse            -> a PollRecord with its entries
    collect_entry  an entry         -> fetch, extract          -> a FetchRecord with its article
    assess         articles, board  -> read, compare, plan     -> readings, verdicts, changes, alerts
    deliver_alert  a pending alert  -> hand it over            -> a Delivery

``assess_asking`` is ``assess`` with a language model, for a watch that chooses one.

The steps do no I/O themselves: ``fetch``, ``work``, ``ask`` and ``deliver`` are given, the real ones by
:mod:`flows`, false ones by tests. Failures of the outside world are values here, never
exceptions: each ends as a recorded outcome with its reason, and the rest goes on.
"""

from pipeline.steps.asking import assess_asking, candidates, reader_of
from pipeline.steps.assess import NEAR_DUPLICATES_FOR, Assessment, Known, assess
from pipeline.steps.collect import collect_entry
from pipeline.steps.deliver import deliver_alert
from pipeline.steps.poll import poll_feed
from pipeline.steps.ports import AskModel, Deliver, Fetch, Work

__all__ = [
    "NEAR_DUPLICATES_FOR",
    "AskModel",
    "Assessment",
    "Deliver",
    "Fetch",
    "Known",
    "Work",
    "assess",
    "assess_asking",
    "candidates",
    "collect_entry",
    "deliver_alert",
    "poll_feed",
    "reader_of",
]
