"""A watch over a past, with no look-ahead: what it would have alerted on, and what another would have told instead.

``lines`` writes what the contract asks for, ``compared`` sets two configurations or engines side by side; both live
the past by way of ``living``, an article after another.
"""

from pipeline.backtest.answers import Answers
from pipeline.backtest.articles import given_id, load_articles
from pipeline.backtest.catch_up import catch_up
from pipeline.backtest.compared import Came, Compared, Difference, Side, compared
from pipeline.backtest.lines import BacktestLine, backtest, backtest_asking, replayed
from pipeline.backtest.living import Step, lived
from pipeline.backtest.recorded import RecordedReader
from pipeline.backtest.telling import Account, Telling, Told, account_of_stored

__all__ = [
    "Account",
    "Answers",
    "BacktestLine",
    "Came",
    "Compared",
    "Difference",
    "RecordedReader",
    "Side",
    "Step",
    "Telling",
    "Told",
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
