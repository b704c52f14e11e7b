"""The store is put together of parts: none may hide another's methods."""

from __future__ import annotations

from collections import Counter

from pipeline.storage import Store


def test_no_part_of_the_store_hides_a_method_of_another() -> None:
    names = Counter(name for part in Store.__mro__ for name in vars(part) if not name.startswith("__"))
    assert [name for name, parts in names.items() if parts > 1] == []
