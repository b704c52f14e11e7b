"""Copies of files by a program of their own: whole, or an error that says why not."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.storage.files import copying


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 8193, 3 * 2**20 + 7])
def test_a_copy_is_the_file_whatever_its_size(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "b").write_bytes(b"an older and longer one" * 1000)
    copying.copy(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_bytes() == data


@pytest.mark.parametrize("call", ["posix_fallocate", "copy_file_range"])
@pytest.mark.parametrize("code", [errno.EOPNOTSUPP, errno.EXDEV])
def test_where_the_system_can_not_copy_by_itself_it_is_read_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    def refused(*_: object) -> int:
        raise OSError(code, "not here")

    monkeypatch.setattr(os, call, refused)
    (tmp_path / "a").write_bytes(b"text" * 5000)
    copying.copy(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_bytes() == b"text" * 5000


def test_a_file_that_becomes_shorter_meanwhile_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "copy_file_range", lambda *_: 0)
    (tmp_path / "a").write_bytes(b"text" * 5000)
    with pytest.raises(OSError, match="became shorter"):
        copying.copy(str(tmp_path / "a"), str(tmp_path / "b"))


def test_as_a_program_it_says_in_one_line_what_failed(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", copying.__file__, str(tmp_path / "absent"), str(tmp_path / "b")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"[Errno 2] No such file or directory: '{tmp_path / 'absent'}'\n"
