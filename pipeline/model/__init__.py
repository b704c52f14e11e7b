"""The nouns, as frozen values. Standard library only; every time is UTC-aware.

The words are those of ``docs/design.md``: a *feed* has *entries*, an entry's page is an
*article*, an article makes *claims*, a claim gets a *verdict* against the *board*, and a verdict
that moves the board is a *change*, about which an *alert* is due.
"""

from pipeline.model.delivery import (
    Alert,
    AlertKind,
    ChannelAlarm,
    ChannelState,
    Delivery,
    PendingAlert,
    Picture,
    RunRecord,
    Silence,
    ToldAlert,
)
from pipeline.model.judgement import BoardRow, Change, Claim, Judgement, Reading
from pipeline.model.polling import Alarm, FeedHealth, FeedRecord, Habits, Quiet, Sight
from pipeline.model.revision import (
    TAKEN_BACK,
    Evidence,
    EvidenceCheck,
    Finding,
    PageToCheck,
    Recall,
    Revised,
    SentAlert,
)
from pipeline.model.sources import (
    Article,
    Entry,
    FeedState,
    FetchRecord,
    ParsedEntry,
    ParsedFeed,
    PendingEntry,
    PollRecord,
    PublishedAt,
    Response,
)
from pipeline.model.standing import Standing, WatchState
from pipeline.model.watch import AlertRule, Baseline, Every, Fact, Feed, Name, ReaderChoice, Urgent, Watch, When
from pipeline.model.words import MOVES_BOARD, WORKED, Aspect, HealthState, PollOutcome, Precision, Role, Stage, Verdict

__all__ = [
    "MOVES_BOARD",
    "TAKEN_BACK",
    "WORKED",
    "Alarm",
    "Alert",
    "AlertKind",
    "AlertRule",
    "Article",
    "Aspect",
    "Baseline",
    "BoardRow",
    "Change",
    "ChannelAlarm",
    "ChannelState",
    "Claim",
    "Delivery",
    "Entry",
    "Every",
    "Evidence",
    "EvidenceCheck",
    "Fact",
    "Feed",
    "FeedHealth",
    "FeedRecord",
    "FeedState",
    "FetchRecord",
    "Finding",
    "Habits",
    "HealthState",
    "Judgement",
    "Name",
    "PageToCheck",
    "ParsedEntry",
    "ParsedFeed",
    "PendingAlert",
    "PendingEntry",
    "Picture",
    "PollOutcome",
    "PollRecord",
    "Precision",
    "PublishedAt",
    "Quiet",
    "ReaderChoice",
    "Reading",
    "Recall",
    "Response",
    "Revised",
    "Role",
    "RunRecord",
    "SentAlert",
    "Sight",
    "Silence",
    "Stage",
    "Standing",
    "ToldAlert",
    "Urgent",
    "Verdict",
    "Watch",
    "WatchState",
    "When",
]
