"""A store that is damaged: found, brought back from what is whole, and told with what was lost. Never silently."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model.errors import StorageError, StoreDamagedError
from pipeline.storage import LIVE, PUBLISHED, is_ours, open_published, open_store, publish, restore
from tests.storage.builders import NOW, RUN, WATCH, make_entry, make_poll, make_run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LOG = f"{LIVE}.wal"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # the machine's time of the repair
TEN_OCLOCK = datetime(2026, 1, 1, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def touch(folder: Path) -> None:
    with open_store(folder, wait=0):
        pass


def entries(folder: Path) -> int:
    with open_store(folder, wait=0) as store:
        return store.counts(WATCH)["entries"]


@pytest.fixture
def lived(folder: Path) -> Path:
    """A folder with one entry published after a run that ended at ten, and a second entry stored later."""
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("one"))])
        store.start_run(make_run(started_at=TEN_OCLOCK, finished_at=TEN_OCLOCK, outcome="ok"))
    publish(folder, RUN, NOW)
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("two"), polled_at=LATER)])
    return folder


def random_head(data: bytes) -> bytes:
    return random.Random(1).randbytes(4096) + data[4096:]


def random_headers(data: bytes) -> bytes:
    return data[:4096] + random.Random(2).randbytes(8192) + data[12288:]


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def cut_in_the_header(data: bytes) -> bytes:
    return data[:6000]


def emptied(data: bytes) -> bytes:
    return b""


DAMAGES = [random_head, random_headers, halved, cut_in_the_header, emptied]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_brought_back_from_the_published_copy(lived: Path, damage: Callable[[bytes], bytes]) -> None:
    spoilt = damage((lived / LIVE).read_bytes())
    (lived / LIVE).write_bytes(spoilt)

    done = restore(lived, AT)

    assert done is not None
    assert entries(lived) == 1  # the second was stored after the publication
    assert done.kept.read_bytes() == spoilt


def test_it_is_told_what_was_lost_and_between_which_times(lived: Path) -> None:
    (lived / LIVE).write_bytes(b"")
    os.utime(lived / LIVE, (AT.timestamp() - 60, AT.timestamp() - 60))

    done = restore(lived, AT)

    assert done is not None
    assert done.told.startswith(f"{lived / LIVE} is not a DuckDB file.")
    assert f"restored from {PUBLISHED}, published at {NOW:%Y-%m-%d %H:%M:%S} UTC by the watch's clock" in done.told
    assert "between 2026-01-01 10:00:00 UTC, the end of the last run that is in it" in done.told
    assert "and 2026-01-02 03:03:05 UTC, when the file was last written, is lost" in done.told
    assert done.told.endswith(f"The damaged file is kept as {LIVE}.damaged-1.")


def test_the_store_itself_tells_of_it_for_good(lived: Path) -> None:
    (lived / LIVE).write_bytes(b"")
    done = restore(lived, AT)
    with open_store(lived) as store:
        runs = store._db.rows("SELECT flow, outcome, reason, started_at FROM run WHERE flow = 'restore'")
        assert store.last_run_now(WATCH) == NOW  # a repair is no run of the watch
    assert done is not None
    assert runs == [{"flow": "restore", "outcome": "partial", "reason": done.told, "started_at": AT}]


def test_a_file_that_is_gone_is_brought_back_and_not_begun_anew(lived: Path) -> None:
    (lived / LIVE).unlink()
    with pytest.raises(StoreDamagedError, match=rf"is gone, though {PUBLISHED} beside it shows that there was one"):
        touch(lived)
    done = restore(lived, AT)
    assert done is not None
    assert "and the file's loss, is lost" in done.told
    assert entries(lived) == 1


def test_a_block_that_is_spoilt_is_found_by_reading_and_brought_back(lived: Path) -> None:
    data = bytearray((lived / LIVE).read_bytes())
    for start in range(12_288, len(data), 262_144):  # each block of DuckDB's
        data[start + 1000 : start + 1064] = bytes(64)
    (lived / LIVE).write_bytes(bytes(data))
    assert restore(lived, AT) is not None
    assert entries(lived) == 1


def test_a_store_that_is_whole_is_left_as_it_is(lived: Path) -> None:
    before = sorted(path.name for path in lived.iterdir())
    assert restore(lived, AT) is None
    assert entries(lived) == 2
    assert sorted(path.name for path in lived.iterdir()) == before


def test_without_a_copy_that_is_whole_nothing_is_touched_and_the_way_on_is_told(lived: Path) -> None:
    for name in (LIVE, PUBLISHED):
        (lived / name).chmod(0o644)
        (lived / name).write_bytes(b"Dear diary, " * 2_000)
    with pytest.raises(StoreDamagedError, match=r"no published copy to go back to that is whole.*the next run begins"):
        restore(lived, AT)
    assert (lived / LIVE).read_bytes().startswith(b"Dear diary")
    assert not (lived / f"{LIVE}.new").exists()


def test_each_damaged_file_is_kept_beside_the_others(lived: Path) -> None:
    for number in (1, 2):
        (lived / LIVE).write_bytes(b"spoilt %d" % number)
        restore(lived, AT)
    assert (lived / f"{LIVE}.damaged-1").read_bytes() == b"spoilt 1"
    assert (lived / f"{LIVE}.damaged-2").read_bytes() == b"spoilt 2"


def test_all_that_a_data_folder_can_hold_after_damage_is_known_as_ours(lived: Path) -> None:
    (lived / LIVE).write_bytes(b"spoilt")
    (lived / LOG).write_bytes(b"spoilt too")
    restore(lived, AT)
    assert [path.name for path in lived.iterdir() if not is_ours(path.name)] == []
    assert not is_ours("thesis.docx")


# -- the log -------------------------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from pipeline.storage import open_store
from tests.storage.builders import *
with open_store(Path(sys.argv[1])) as store:
    store._db.run("PRAGMA disable_checkpoint_on_shutdown")
    for number in range(8):
        store.add_polls(RUN, [make_poll(make_entry(f"late {number}"), polled_at=NOW + timedelta(days=1 + number))])
    os._exit(9)
"""


@pytest.fixture
def killed(lived: Path) -> Path:
    """The folder of a run that was killed with eight transactions in the log."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(lived)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    return lived


@pytest.mark.slow
def test_the_log_of_a_killed_run_is_taken_in(killed: Path) -> None:
    assert entries(killed) == 10
    assert not (killed / LOG).exists()


@pytest.mark.slow
@pytest.mark.parametrize("spoil", ["garbage", "one byte"])
def test_a_spoilt_log_is_set_aside_and_the_file_goes_on_without_it(killed: Path, spoil: str) -> None:
    log = (killed / LOG).read_bytes()
    other = log.replace(b"late 0", b"late X", 1)  # within a record; its checksum tells
    (killed / LOG).write_bytes(random.Random(3).randbytes(5000) if spoil == "garbage" else other)
    with pytest.raises(StoreDamagedError):
        touch(killed)

    done = restore(killed, AT)

    assert done is not None
    assert f"{LIVE} itself is whole, and goes on without its log" in done.told
    assert entries(killed) == 2  # newer than the published copy, which has one
    assert (killed / f"{LIVE}.damaged-1.wal").exists()


def test_an_empty_log_is_no_damage(lived: Path) -> None:
    (lived / LOG).write_bytes(b"")
    assert entries(lived) == 2


# -- a crash while a store is made or brought back --------------------------------------------------


def test_half_of_a_new_store_is_thrown_away_and_made_again(tmp_path: Path) -> None:
    (tmp_path / f"{LIVE}.new").write_bytes(b"half")
    (tmp_path / f"{LIVE}.new.wal").write_bytes(b"half")
    assert entries(tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [LIVE, f"{LIVE}.lock"]


@pytest.mark.parametrize("step", ["hardlink_to", "replace"])
def test_a_crash_in_the_middle_of_bringing_back_is_made_good_by_the_next_try(
    lived: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (lived / LIVE).write_bytes(b"spoilt")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, step, die)
        with pytest.raises(KeyboardInterrupt):
            restore(lived, AT)
    assert restore(lived, AT) is not None
    assert entries(lived) == 1
    assert not (lived / f"{LIVE}.new").exists()


def test_the_published_copy_stays_as_it_was(lived: Path) -> None:
    before = (lived / PUBLISHED).read_bytes()
    (lived / LIVE).write_bytes(b"")
    restore(lived, AT)
    assert (lived / PUBLISHED).read_bytes() == before
    with open_published(lived) as store:
        assert store.counts(WATCH)["entries"] == 1


def test_publishing_a_damaged_store_is_refused_and_keeps_the_old_copy(lived: Path) -> None:
    before = (lived / PUBLISHED).read_bytes()
    (lived / LIVE).write_bytes(b"")
    with pytest.raises(StorageError, match="not a DuckDB file"):
        publish(lived, RUN, LATER)
    assert (lived / PUBLISHED).read_bytes() == before
