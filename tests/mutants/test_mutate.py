"""One place is made wrong, and no other."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutate import mutants, mutated


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("a < b", ["a <= b"]),
        ("a is None", ["a is not None"]),
        ("a and b", ["a or b"]),
        ("a + 1", ["a - 1", "a + 2"]),
        ("not a", ["not not a"]),
        ("min(a)", ["max(a)"]),
        ("a if b else c", ["c if b else a"]),
        ("x = True", ["x = False"]),
        ("def f(a: int = 1) -> int:\n    return a", ["def f(a=2):\n    return a"]),
        ("'words'", []),
        ("class A:\n    day: date | None", []),
        ("@dataclass(frozen=True)\nclass A:\n    pass", []),
    ],
)
def test_each_mutant_of_a_source_is_wrong_in_one_place(source: str, wrong: list[str]) -> None:
    assert [ast.unparse(mutated(source, mutant)) for mutant in mutants(source)] == wrong


def test_a_mutant_names_its_line_and_what_is_wrong() -> None:
    (mutant,) = mutants("x = y\nz = a == b\n")
    assert (mutant.line, mutant.what) == (2, "Eq -> NotEq")
