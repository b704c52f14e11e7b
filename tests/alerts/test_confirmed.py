"""What a second origin confirms in a later run is told with the source that told it first."""

from __future__ import annotations

from dataclasses import replace

from reading.worlds import a_claim, a_reading, a_watch, an_article, later

from pipeline import steps
from pipeline.board.fold import baseline_changes
from pipeline.model import AlertKind, AlertRule, Article, Reading, Watch

TEXT = "The Council set a ceiling of 5,550 personnel for the mission on Tuesday."


class Unsure:
    """Reads one claim, not sure enough to be told at once."""

    engine = "test"

    def read(self, article: Article, watch: Watch) -> Reading:
        return a_reading(article, a_claim(TEXT, article=article, value="5,550 personnel", confidence=0.6))


def test_a_confirmed_alert_of_a_later_run_names_its_first_source() -> None:
    watch = replace(a_watch(), rules=(AlertRule("desk", channels=("console",)),))
    first, second = an_article(TEXT), an_article(TEXT + " More.", outlet="Harbour Times", at=later(1))
    known = steps.AssessmentInput(changes=baseline_changes(watch))
    one = steps.assess([first], known=known, reader=Unsure(), watch=watch, now=later(0))
    (change,) = one.changes
    known = steps.AssessmentInput(
        changes=(*known.changes, change),
        confirmations=[(change.change_id, "Isle Post", first.published)],
        articles=[first],
    )
    other = steps.assess([second], known=known, reader=Unsure(), watch=watch, now=later(1))
    (alert,) = (alert for alert in other.alerts if alert.kind is AlertKind.CONFIRMED)
    assert "Isle Post" in alert.body
