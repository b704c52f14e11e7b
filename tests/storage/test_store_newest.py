"""Publishing where a file can't be replaced while somebody has it open: names of their own, and which is the newest."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.model.errors import StorageError, StoreUnwritableError
from pipeline.storage import LIVE, LOCK, PUBLISHED, is_ours, open_published, open_store, publish, restore
from pipeline.storage.export import export
from pipeline.storage.files.newest import newest, pointer_of
from tests.storage.builders import NOW, RUN, WATCH, make_entry, make_poll

FIRST, SECOND, POINTER = "missionwatch.1.duckdb", "missionwatch.2.duckdb", "missionwatch.newest.txt"
KEPT = {LIVE, LOCK}  # what stands beside the published files

real_replace, real_unlink = Path.replace, Path.unlink


class Windows:
    """A file system that neither replaces nor removes a file which somebody has open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open: set[str] = set()
        self.code = errno.EACCES
        monkeypatch.setattr(Path, "replace", self._guard(real_replace, lambda _, target: Path(target)))
        monkeypatch.setattr(Path, "unlink", self._guard(real_unlink, lambda path: path))

    def _guard(self, real: Callable[..., object], touched: Callable[..., Path]) -> Callable[..., object]:
        def guarded(path: Path, *args: object, **more: object) -> object:
            if touched(path, *args).name in self.open:
                raise PermissionError(self.code, "The process cannot access the file because it is being used")
            return real(path, *args, **more)

        return guarded


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    return Windows(monkeypatch)


@pytest.fixture
def folder(folder: Path) -> Path:
    """A folder with a published store that has no entry yet."""
    publish(folder, RUN, NOW)
    return folder


def add_and_publish(folder: Path, n: int):
    """Store an ``n``th entry and publish."""
    moment = NOW + timedelta(hours=n)
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry(str(n)), polled_at=moment)])
    return publish(folder, RUN, moment)


def entries(folder: Path) -> int:
    with open_published(folder) as store:
        return store.counts(WATCH)["entries"]


def published_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - KEPT


def test_what_can_t_be_replaced_stays_and_the_new_copy_gets_a_name_of_its_own(folder: Path, windows: Windows) -> None:
    before = (folder / PUBLISHED).read_bytes()
    windows.open = {PUBLISHED}

    done = add_and_publish(folder, 1)

    assert done.path == folder / FIRST
    assert (folder / PUBLISHED).read_bytes() == before
    assert published_names(folder) == {PUBLISHED, FIRST, POINTER}
    assert entries(folder) == 1


def test_the_text_beside_it_names_the_newest_and_says_what_to_do(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED}
    done = add_and_publish(folder, 1)
    said = (folder / POINTER).read_text()

    assert said == f"{FIRST}\n\n{done.told}\n"
    assert done.told == (
        "missionwatch.duckdb is open in a program that does not let it be replaced, so the newest copy is "
        "missionwatch.1.duckdb beside it. Open that one; when the program has closed missionwatch.duckdb, the next run "
        "replaces it."
    )


def test_an_ordinary_publication_has_nothing_to_tell(folder: Path) -> None:
    done = add_and_publish(folder, 1)
    assert (done.path.name, done.told) == (PUBLISHED, "")
    assert published_names(folder) == {PUBLISHED}


@pytest.mark.slow
def test_each_publication_takes_a_new_name_and_removes_those_that_nobody_needs(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED}
    seen = []
    for n in range(1, 5):
        add_and_publish(folder, n)
        seen.append(entries(folder))
    assert seen == [1, 2, 3, 4]
    # The one before stays for a round: a client may have read its name and not have opened it yet.
    assert published_names(folder) == {PUBLISHED, "missionwatch.3.duckdb", "missionwatch.4.duckdb", POINTER}


@pytest.mark.slow
def test_a_copy_that_is_open_stays_until_it_is_closed(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)
    windows.open = {PUBLISHED, FIRST}
    for n in range(2, 4):
        add_and_publish(folder, n)
    assert FIRST in published_names(folder)
    windows.open = {PUBLISHED}
    add_and_publish(folder, 4)
    assert FIRST not in published_names(folder)


@pytest.mark.slow
def test_once_the_program_has_closed_it_there_is_one_file_again(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)
    windows.open = set()
    add_and_publish(folder, 2)
    assert newest(folder / PUBLISHED) == folder / PUBLISHED
    assert entries(folder) == 2
    add_and_publish(folder, 3)
    assert published_names(folder) == {PUBLISHED}


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY])
def test_each_way_in_which_systems_say_that_a_file_is_in_use_is_known(
    folder: Path, windows: Windows, code: int
) -> None:
    windows.open, windows.code = {PUBLISHED}, code
    assert add_and_publish(folder, 1).path.name == FIRST


def test_a_failure_of_another_kind_is_told_and_makes_no_second_file(folder: Path, windows: Windows) -> None:
    windows.open, windows.code = {PUBLISHED}, errno.ENOSPC
    with pytest.raises(StoreUnwritableError, match="disk is full"):
        add_and_publish(folder, 1)
    assert published_names(folder) == {PUBLISHED}


@pytest.mark.slow
def test_a_crash_before_the_text_names_the_new_copy_leaves_the_old_one_the_newest(
    folder: Path, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", crash)
        with pytest.raises(KeyboardInterrupt):
            add_and_publish(folder, 2)
    assert (folder / SECOND).exists()
    assert entries(folder) == 1
    add_and_publish(folder, 3)
    assert entries(folder) == 3


@pytest.mark.slow
def test_a_crash_between_the_replacing_and_the_removal_of_the_text_never_goes_backwards(
    folder: Path, windows: Windows
) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)
    windows.open = {POINTER}  # the text can't be removed: as if the publisher had died before it
    with pytest.raises(StorageError):
        add_and_publish(folder, 2)
    assert entries(folder) == 1  # who asks for the newest sees what was there before, and nothing older
    windows.open = set()
    add_and_publish(folder, 3)
    assert entries(folder) == 3


def test_clients_that_keep_every_copy_open_are_told_of_before_the_disk_is_full(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED, *(f"missionwatch.{n}.duckdb" for n in range(1, 40))}
    for n in range(1, 22):
        (folder / f"missionwatch.{n}.duckdb").touch()
    with pytest.raises(StoreUnwritableError, match=r"so are 21 copies beside it.*Close the SQL clients"):
        add_and_publish(folder, 1)


@pytest.mark.parametrize(
    "said", ["", "../live.duckdb", "live.duckdb", "missionwatch.7.duckdb", "missionwatch.0.duckdb"]
)
def test_a_text_that_names_no_copy_that_is_there_is_not_followed(folder: Path, said: str) -> None:
    pointer_of(folder / PUBLISHED).write_text(f"{said}\n")
    assert newest(folder / PUBLISHED) == folder / PUBLISHED


def test_a_damaged_store_is_brought_back_from_the_newest_copy(folder: Path, windows: Windows) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)
    (folder / LIVE).write_bytes(b"")
    done = restore(folder, NOW)
    assert done is not None
    assert "The store was restored from missionwatch.1.duckdb" in done.told
    with open_store(folder) as store:
        assert store.counts(WATCH)["entries"] == 1


def test_the_copies_their_logs_and_the_text_are_known_as_ours() -> None:
    assert all(map(is_ours, (FIRST, f"{FIRST}.wal", "missionwatch.12.duckdb", POINTER, f".{PUBLISHED}.77.txt.tmp")))
    assert not any(map(is_ours, ("missionwatch.x.duckdb", "missionwatch.1.duckdb.bak", "other.1.duckdb")))


def test_an_export_is_of_the_newest_copy(folder: Path, windows: Windows, tmp_path: Path) -> None:
    windows.open = {PUBLISHED}
    add_and_publish(folder, 1)

    (entry,) = export(folder, tmp_path / "export", form="csv", only=["entry"])

    assert entry.rows == 1
