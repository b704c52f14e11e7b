"""The closed vocabularies: aspects, stages, verdicts, roles, outcomes."""

from __future__ import annotations

from enum import StrEnum


class Aspect(StrEnum):
    """What of a mission a claim is about."""

    LEAD = "lead"
    COMMAND = "command"
    MANDATE = "mandate"
    STRENGTH = "strength"
    CONTRIBUTORS = "contributors"
    FUNDING = "funding"
    SUPPORT = "support"
    DEPLOYMENT = "deployment"
    CASUALTIES = "casualties"


class Stage(StrEnum):
    """How real a claim says that its content is."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    DECIDED = "decided"
    IN_EFFECT = "in_effect"
    ENDED = "ended"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What comparing a claim with the board gave.

    ``BASELINE`` marks the board's first rows, ``WITHDRAWN`` a change that takes another one back. No claim gets them.
    """

    NEW = "new"
    ADVANCES = "advances"
    REVISES = "revises"
    REVERSES = "reverses"
    DISPUTES = "disputes"
    CONFIRMS = "confirms"
    REPEATS = "repeats"
    STALE = "stale"
    UNCERTAIN = "uncertain"
    IRRELEVANT = "irrelevant"
    BASELINE = "baseline"
    WITHDRAWN = "withdrawn"


MOVES_BOARD = frozenset({Verdict.NEW, Verdict.ADVANCES, Verdict.REVISES, Verdict.REVERSES, Verdict.DISPUTES})


class Role(StrEnum):
    """What a feed's publisher is to the mission."""

    ISSUING_BODY = "issuing_body"
    WIRE = "wire"
    OUTLET = "outlet"
    AGGREGATOR = "aggregator"


class PollOutcome(StrEnum):
    """What one poll of a feed came to."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    HTML = "html"
    NOT_A_FEED = "not_a_feed"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


WORKED = frozenset({PollOutcome.OK, PollOutcome.UNCHANGED, PollOutcome.EMPTY})


class HealthState(StrEnum):
    """How a feed does, as the view ``feed_health`` names it."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    UNDATED = "undated"
    POSSIBLE_GAP = "possible_gap"
    STALE = "stale"
    HTML = "html"
    NOT_A_FEED = "not_a_feed"
    FAILING = "failing"
    REFUSED = "refused"
    RETIRED = "retired"
    NEVER_POLLED = "never_polled"
    REMOVED = "removed"


# States of a feed whose last poll failed; the others of those that look wrong are those of one that answers.
FAILS = frozenset({HealthState.FAILING, HealthState.REFUSED, HealthState.HTML, HealthState.NOT_A_FEED})


class AlarmKind(StrEnum):
    """What an alarm is about: a feed, or from ``blind`` on the whole watch; ``silent`` may be either."""

    SILENT = "silent"
    FAILING = "failing"
    UNREADABLE = "unreadable"
    RETIRED = "retired"
    OLD = "old"
    UNDATED = "undated"
    MISDATED = "misdated"
    GAPS = "gaps"
    GARBLED = "garbled"
    OTHER_LANGUAGE = "other_language"
    TEASERS = "teasers"
    ONE_PAGE = "one_page"
    BLIND = "blind"
    HALF_BLIND = "half_blind"
    MODEL_AWAY = "model_away"
    CLUSTER_AWAY = "cluster_away"
    BACKLOG = "backlog"
    UNPUBLISHED = "unpublished"
    DISK_LOW = "disk_low"
    CLOCK_BACK = "clock_back"
    RESTORED = "restored"


class Precision(StrEnum):
    """How exactly a time is known."""

    TIME = "time"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
