"""Recheck what was told: when, what became of its evidence, and which recalls are due. Pure.

::

    recheck_due    a page behind an alert      -> is it time to fetch it again?
    same_claims    two readings of one page    -> did it change in more than its bytes?
    examine        evidence and the page now   -> stands, corrected, withdrawn or unclear
    check_page     all evidence at one page    -> the checks, and the changes that take others back
    plan_recalls   what was taken back, alerts -> the recalls, and the alerts that tell them
"""

from pipeline.alerts.recalls.checks import RECHECK_FOR, check_page, recheck_due
from pipeline.alerts.recalls.evidence import Page, drop_retracted, examine, retraction_notice, same_claims
from pipeline.alerts.recalls.messages import RECALL, plan_recalls

__all__ = [
    "RECALL",
    "RECHECK_FOR",
    "Page",
    "check_page",
    "drop_retracted",
    "examine",
    "plan_recalls",
    "recheck_due",
    "retraction_notice",
    "same_claims",
]
