"""The locator: key path to line."""

from __future__ import annotations

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from pipeline.watches.locate import locate

TEXT = '''\
# a comment with = and [brackets]
title = "A # B"
places = [
    "Haiti",  # a comment, with a ] in it
    'Port [au] Prince', "x",
]
a.b."c.d" = 1

[source]
text = """
[not.a.table]
quoted \\""" and "" so
"""
raw = \'\'\'
key = 1
\'\'\'
after = 2

[[name]]
text = "one"
[[name]]
text = "two"
inner = { x = 1, "y.z" = [ { deep = true }, 2 ] }
[name.sub]
when = 2025-01-01 10:00:00Z # odd but fine
[[name.list]]
q = 1
[[name.list]]
q = 2
[ "spaced" . key ]
v = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("places",), 3),
        (("places", 0), 4),
        (("places", 1), 5),
        (("places", 2), 5),
        (("a", "b", "c.d"), 7),
        (("source",), 9),
        (("source", "text"), 10),
        (("source", "raw"), 14),
        (("source", "after"), 17),
        (("name",), 19),
        (("name", 0), 19),
        (("name", 0, "text"), 20),
        (("name", 1), 21),
        (("name", 1, "text"), 22),
        (("name", 1, "inner", "x"), 23),
        (("name", 1, "inner", "y.z", 0, "deep"), 23),
        (("name", 1, "sub", "when"), 25),
        (("name", 1, "list", 0, "q"), 27),
        (("name", 1, "list", 1), 28),
        (("name", 1, "list", 1, "q"), 29),
        (("spaced", "key", "v"), 31),
    ],
)
def test_each_key_has_the_line_on_which_it_is_written(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)  # the text is TOML

    assert locate(TEXT).exact(path) == line


def test_text_inside_a_multi_line_string_is_no_key() -> None:
    lines = locate(TEXT)

    assert lines.exact(("not", "a", "table")) is None
    assert lines.exact(("source", "key")) is None


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    assert locate(TEXT).nearest(("name", 1, "valid_from")) == 21


def test_a_key_of_the_root_that_is_not_there_has_no_line() -> None:
    assert locate(TEXT).nearest(("slug",)) is None


def test_lines_are_counted_over_windows_line_ends() -> None:
    assert locate('a = 1\r\n\r\nb = ["x",\r\n"y"]\r\n').exact(("b", 1)) == 4


@pytest.mark.parametrize(
    "value", ['""', "''", '""""""', '"\\\\"', '"\\""', '"""a"""""', "'''a'''''", "[]", "{}", "[[], [[]]]"]
)
def test_the_key_after_an_awkward_value_is_still_found(value: str) -> None:
    text = f"first = {value}\nlast = 1\n"
    tomllib.loads(text)

    assert locate(text).exact(("last",)) == 2


@given(
    st.recursive(
        st.booleans() | st.text('ab"\\\n#]}', max_size=6), lambda inner: st.lists(inner, max_size=3), max_leaves=8
    )
)
def test_the_key_after_any_value_is_found(value: object) -> None:
    text = tomlkit.dumps({"first": value, "last": 1})

    assert tomllib.loads(text) == {"first": value, "last": 1}
    assert locate(text).exact(("last",)) == 2
