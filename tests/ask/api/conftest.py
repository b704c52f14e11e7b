"""A small watch with files that stand for its page, published, and clients of the face that answers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.ask import WatchFile
from pipeline.site.web.tokens import Token, hash_of
from tests.ask.api.asker import Asker
from tests.site.world import write_world

TOKEN = "mwt_for-tests"
TOKENS = (Token("desk", hash_of(TOKEN)),)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small world, and files that stand for its page."""
    made = tmp_path_factory.mktemp("world")
    write_world(made)
    site = made / "site" / "haiti"
    site.mkdir(parents=True)
    for name in ("index.html", "changes.atom", "changes.json", "expected.ics", "summary.json", "timeline.png"):
        (site / name).write_text(f"{name} as it was written\n")
    return made


@pytest.fixture(scope="session")
def opened() -> Iterator[list[Asker]]:
    """Clients that are closed at the end."""
    made: list[Asker] = []
    yield made
    for asker in made:
        asker.close()


@pytest.fixture(scope="session")
def serve(folder: Path, opened: list[Asker]) -> Callable[..., Asker]:
    """Makes a client of a face with the terms given."""

    def make(where: Path = folder, **terms: Any) -> Asker:
        opened.append(Asker.of([WatchFile("haiti", "Haiti", where)], **terms))
        return opened[-1]

    return make


@pytest.fixture(scope="session")
def client(serve: Callable[..., Asker]) -> Asker:
    """A client of a face without tokens, for all tests that only ask."""
    return serve(per_minute=0)
