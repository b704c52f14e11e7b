"""Decide when and how a feed is polled next. Pure: values and ``now`` in, values out.

The order of the rules: the feed's own rhythm (:mod:`rhythm`), or the back-off after a failure (:mod:`failing`);
then never sooner than the publisher asks for (:mod:`hints`); never later than a day, so that no feed is given up
for good. :func:`adapt` puts them together.

:mod:`share` says which pages of the entries that feeds brought a run fetches.
"""

from pipeline.feeds.schedule.adapt import ScheduleUpdate, adapt, address_of, asks_conditionally, same_validators
from pipeline.feeds.schedule.failing import back_off, is_soft, weight
from pipeline.feeds.schedule.hints import cache_max_age, http_date, retry_after
from pipeline.feeds.schedule.rhythm import first_interval, key_of, longest_interval, new_share, next_interval, sketch_of
from pipeline.feeds.schedule.share import Candidate, share_pages

__all__ = [
    "Candidate",
    "ScheduleUpdate",
    "adapt",
    "address_of",
    "asks_conditionally",
    "back_off",
    "cache_max_age",
    "first_interval",
    "http_date",
    "is_soft",
    "key_of",
    "longest_interval",
    "new_share",
    "next_interval",
    "retry_after",
    "same_validators",
    "share_pages",
    "sketch_of",
    "weight",
]
