"""A published file that is replaced while it is read disturbs nobody."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pipeline.model.errors import BusyError, StorageError
from pipeline.storage import PUBLISHED, Readers
from tests.ask.world import ask_of
from tests.storage.builders import at


@contextmanager
def replacing(published: Path, folder: Path) -> Iterator[list[int]]:
    """Replace the file of ``folder`` by copies of ``published``, as a publisher does, until the block ends."""
    stop, done = threading.Event(), [0]

    def replace() -> None:
        while not stop.wait(0.5):
            temporary = folder / ".copy.tmp"
            shutil.copyfile(published, temporary)
            temporary.replace(folder / PUBLISHED)
            done[0] += 1

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def copied(data_dir: Path, tmp_path: Path) -> Path:
    """A folder of its own with the published world."""
    shutil.copyfile(data_dir / PUBLISHED, tmp_path / PUBLISHED)
    return tmp_path


def test_a_file_is_opened_once_for_questions_one_after_the_other(copied: Path) -> None:
    readers = Readers(copied)
    with readers.store() as first:
        seen = first.publication()
    (copied / PUBLISHED).chmod(0)  # what is open stays open
    with readers.store() as second:
        assert second.publication() == seen
    readers.close()


def test_a_file_that_nobody_asks_any_more_is_let_go(copied: Path) -> None:
    readers = Readers(copied, idle_time=0.0)
    with readers.store() as store:
        assert store.watches() == ("haiti",)
    deadline = time.monotonic() + 10
    while f"{copied / PUBLISHED}" in open_files():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def open_files() -> set[str]:
    """The files that this process has open."""
    found = set()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(one.readlink()))
    return found


def test_a_new_publication_is_seen_by_the_next_question(copied: Path, data_dir: Path) -> None:
    readers = Readers(copied)
    before = readers.version()
    with readers.store() as old:
        shutil.copyfile(data_dir / PUBLISHED, copied / "next")
        (copied / "next").replace(copied / PUBLISHED)
        assert old.watches() == ("haiti",)

    assert readers.version() != before
    with readers.store() as new:
        assert new.watches() == ("haiti",)
    readers.close()


def test_a_question_that_takes_too_long_is_ended_and_says_what_to_do(copied: Path) -> None:
    readers = Readers(copied, time_limit=0.05)

    def ask_on() -> None:
        with readers.store() as store:
            while True:
                store.recent_trails("haiti", at("2025-08-24"), 1_000)

    with pytest.raises(BusyError, match=r"took longer than 0\.05 seconds and was ended\. Ask for a shorter time"):
        ask_on()
    readers.close()


def test_a_question_of_many_short_statements_is_ended_too(copied: Path) -> None:
    readers = Readers(copied, time_limit=0.05)

    def ask_on() -> None:
        with readers.store() as store:
            while True:
                store.publication()
                sum(range(1_000_000))  # most of the time nothing is asked

    with pytest.raises(BusyError, match=r"took longer than 0\.05 seconds"):
        ask_on()
    readers.close()


def test_nothing_published_is_told_with_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing has been published yet"), Readers(tmp_path).store():
        pass


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_thousand_questions_beside_a_publisher_are_all_answered(copied: Path, data_dir: Path) -> None:
    asked, failed, answered = ask_of(copied), [], [0]
    questions = (lambda: asked.changes(limit=5), lambda: asked.search("force", where="claims"), lambda: asked.feeds())

    def ask() -> None:
        for number in range(250):
            try:
                questions[number % 3]()
                answered[0] += 1
            except Exception as error:
                failed.append(error)

    with replacing(data_dir / PUBLISHED, copied) as replaced:
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert failed == []
    assert answered == [1_000]
    assert replaced[0] > 20
