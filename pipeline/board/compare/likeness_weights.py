"""The weight of each sign of :mod:`~pipeline.board.compare.likeness`, in log-odds, the strongest first.

Logistic regressions on the corpus of ``training/missions``, its facts typed by rules (at commit c99023d, by
``python -m training.memory --fit``). Fitted on facts typed by hand they trusted what a reader types too much: on dev 36
alerts told an event again in place of 15. A sign that a table does not name counts nothing. ``bias`` is what stands
before any sign is seen; the aspects and stages of :data:`OLD` (``is_...``) set it for each kind of claim.
"""

from __future__ import annotations

# Two articles: do the claim and the change tell of one event? On missions left out: precision 0.93, recall 0.96.
ACROSS: dict[str, float] = {
    "bias": -7.25, "days_4": 6.42, "days_10": 4.34, "baseline": -4.15, "later_stage": -3.99, "aspect": 3.48,
    "earlier_stage": -2.51, "days_90": -2.37, "days_30": -1.85, "after": -1.72, "long_after": -1.49, "same_way":
    1.1, "value": 1.07, "other_party": -0.97, "other_names": -0.88, "words_part": 0.87, "other_incident": 0.84,
    "words": 0.83, "other_figure": -0.82, "same_day": 0.76, "stage": -0.75, "decided_planned": 0.61, "decided_done":
    0.55, "quote": -0.53, "names": 0.51, "both_open": -0.46, "subject": 0.39, "figure": 0.34, "subject_told": 0.34,
    "other_way": -0.28, "other_value": -0.15, "other_day": 0.06
}  # fmt: skip
# Two sentences of one article: the same question. On missions left out: precision 0.96, recall 1.00.
WITHIN: dict[str, float] = {
    "quote": -6.44, "aspect": 4.46, "other_day": -2.33, "value": 1.28, "decided_done": -1.13, "names": 1.05,
    "earlier_stage": -1.0, "stage": 0.79, "other_party": -0.76, "both_open": -0.59, "words": -0.57, "other_figure":
    -0.56, "bias": -0.54, "days_4": -0.54, "subject_told": -0.5, "subject": -0.47, "words_part": 0.37,
    "later_stage": -0.33, "after": 0.32, "same_day": -0.26, "other_names": -0.23, "same_way": 0.23,
    "decided_planned": 0.15, "figure": -0.09, "other_incident": 0.08, "other_value": -0.06
}  # fmt: skip
# A claim of no known event: does it restate the known matter that is most alike? Less what the claim alone tells.
OLD: dict[str, float] = {
    "words_part": 2.31, "baseline": -1.21, "days_30": 1.05, "names": -1.03, "earlier_stage": -0.86, "decided_done":
    -0.77, "figure": 0.69, "days_10": 0.6, "stage": 0.59, "subject_told": 0.49, "other_names": -0.49,
    "other_figure": -0.48, "subject": 0.45, "words": -0.44, "is_casualties": -0.44, "is_rejected": -0.42,
    "is_in_effect": 0.39, "days_90": 0.39, "bias": -0.38, "value": 0.37, "other_way": -0.37, "other_value": -0.34,
    "is_funding": 0.3, "is_support": -0.27, "is_contributors": 0.25, "same_way": -0.24, "is_deployment": -0.21,
    "is_lead": 0.19, "aspect": -0.18, "is_ended": -0.16, "is_proposed": -0.14, "is_mandate": -0.11, "is_decided":
    0.1, "is_planned": -0.1, "later_stage": 0.08, "other_party": -0.08
}  # fmt: skip
