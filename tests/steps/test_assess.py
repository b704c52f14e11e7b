"""Assessing a batch: an article that is read again is no reprint of itself."""

from __future__ import annotations

from datetime import timedelta

from pipeline.board.fold import baseline_changes
from pipeline.model import Article, Reading, Verdict, Watch
from pipeline.steps import AssessmentInput, assess
from tests.reading.worlds import a_claim, a_reading, a_watch, an_article, later

VOTE = (
    "The Security Council on Tuesday set a ceiling of 5,550 personnel for the Ruritania Assistance Mission, and asked "
    "the states that offered police and soldiers for it to send them before the rains begin in the valley of the isle."
)


class Reader:
    """An engine that finds the vote in each article."""

    name = "one"

    def read(self, article: Article, watch: Watch) -> Reading:
        """Read ``article``."""
        return a_reading(article, a_claim(VOTE, article=article, value="5,550 personnel"))


def verdict(article: Article, *before: Article) -> Verdict:
    """What the vote in ``article`` is, where the texts of ``before`` are held."""
    watch = a_watch()
    known = AssessmentInput(
        changes=baseline_changes(watch), texts=[(one.article_id, one.outlet, one.text) for one in before]
    )
    made = assess([article], known=known, reader=Reader(), watch=watch, now=article.published + timedelta(days=1))
    return made.judgements[0].verdict


def test_an_article_that_is_read_again_is_no_reprint_of_itself() -> None:
    article = an_article(VOTE)

    assert verdict(article, article) is Verdict.NEW


def test_the_same_text_of_another_outlet_is_a_reprint() -> None:
    assert verdict(an_article(VOTE, outlet="Harbour Times", at=later(1)), an_article(VOTE)) is Verdict.REPEATS
