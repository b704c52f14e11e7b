"""The server that the tests of this folder ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fetch_site import Site, served


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as site:
        yield site
