"""Which changes a rule takes by what they state: slot, key and act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.alerts import takes
from pipeline.model import Change, Parts, Slot, TypedFact
from tests.alerts.builders import RULE, change

WITHDRAWAL = change(fact=TypedFact(Slot.CONTRIBUTION, "Kenya", Parts(act="withdraws")))
WITHDRAWN = replace(RULE, slots=frozenset({Slot.CONTRIBUTION}), acts=frozenset({"withdraws", "refuses"}))


def test_a_rule_may_take_one_act_of_one_slot_whoever_does_it() -> None:
    sends = replace(WITHDRAWAL, fact=TypedFact(Slot.CONTRIBUTION, "Benin", Parts(act="sends")))

    assert takes(WITHDRAWN, WITHDRAWAL) == (True, "")
    assert takes(WITHDRAWN, sends) == (False, "rule 'desk' does not take contribution of Benin: sends")


@pytest.mark.parametrize(
    ("keys", "one", "is_taken"),
    [
        ({"kenya"}, WITHDRAWAL, True),
        ({"Benin", "Kenya"}, WITHDRAWAL, True),
        ({"Benin"}, WITHDRAWAL, False),
        ({"Kenya"}, change(fact=TypedFact(Slot.INCIDENT, "2025-09-20 Kenya")), True),
        ({"Kenya"}, change(), False),
    ],
)
def test_a_rule_may_take_some_keys_in_any_case_of_letters(keys: set[str], one: Change, is_taken: bool) -> None:
    assert takes(replace(RULE, keys=frozenset(keys)), one)[0] is is_taken


def test_what_is_not_typed_is_of_no_slot_and_says_so() -> None:
    assert takes(WITHDRAWN, change()) == (False, "rule 'desk' does not take what is not typed")
    assert takes(RULE, change()) == (True, "")
