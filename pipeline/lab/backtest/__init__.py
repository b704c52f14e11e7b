"""A watch over a past, with no look-ahead: what it would have alerted on, and what another would have told instead.

``lines`` writes what the contract asks for, ``compared`` sets two configurations or engines side by side; both live
the past by way of ``living``, an article after another.
"""

from pipeline.lab.backtest.answers import Answers
from pipeline.lab.backtest.articles import given_id, load_articles
from pipeline.lab.backtest.catch_up import catch_up
from pipeline.lab.backtest.compared import Came, Compared, Difference, Side, compared
from pipeline.lab.backtest.lines import BacktestLine, backtest, backtest_asking, replayed
from pipeline.lab.backtest.living import Step, lived
from pipeline.lab.backtest.recorded import RecordedReader
from pipeline.lab.backtest.telling import Account, ReportedChange, Telling, account_of_stored

__all__ = [
    "Account",
    "Answers",
    "BacktestLine",
    "Came",
    "Compared",
    "Difference",
    "RecordedReader",
    "ReportedChange",
    "Side",
    "Step",
    "Telling",
    "account_of_stored",
    "backtest",
    "backtest_asking",
    "catch_up",
    "compared",
    "given_id",
    "lived",
    "load_articles",
    "replayed",
]
