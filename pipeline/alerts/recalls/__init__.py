"""Looking again at what was told: when, what became of the evidence, and who must hear that it is taken back. Pure.

::

    look_due       a page behind an alert      -> is it time to look again?
    same_claims    two readings of one page    -> did it change in more than its bytes?
    examine        evidence and the page now   -> stands, corrected, withdrawn or unclear
    check_page     all evidence at one page    -> the checks, and the changes that take others back
    plan_recalls   what was taken back, alerts -> the recalls, and the alerts that tell them
"""

from pipeline.alerts.recalls.checks import check_page
from pipeline.alerts.recalls.evidence import Page, examine, heeding_notice, retraction_notice, same_claims
from pipeline.alerts.recalls.looks import LOOK_FOR, look_due
from pipeline.alerts.recalls.messages import RECALL, plan_recalls

__all__ = [
    "LOOK_FOR",
    "RECALL",
    "Page",
    "check_page",
    "examine",
    "heeding_notice",
    "look_due",
    "plan_recalls",
    "retraction_notice",
    "same_claims",
]
