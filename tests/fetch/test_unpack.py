"""Packed bodies, piece by piece."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pipeline.fetch.unpack import Unpacker

TEXT = b"The council voted on Tuesday. " * 40
ROOM = 10_000
PACKED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "Deflate": zlib.compress(TEXT)[2:-4],  # the raw form
    "": TEXT,
    "utf-8": TEXT,
    "identity, gzip": gzip.compress(TEXT),
}


def unpacked(coding: str, data: bytes, piece: int, room: int = ROOM) -> bytes:
    unpacker = Unpacker(coding)
    body = b"".join(unpacker.feed(data[at : at + piece], room) for at in range(0, len(data), piece))
    unpacker.end()
    return body


@pytest.mark.parametrize("piece", [1, 7, 100_000])
@pytest.mark.parametrize("coding", PACKED)
def test_a_body_comes_out_whole_however_it_is_cut_on_the_way(coding: str, piece: int) -> None:
    assert unpacked(coding, PACKED[coding], piece) == TEXT


@pytest.mark.parametrize("piece", [1, 100_000])
def test_the_members_of_a_gzip_body_are_joined_and_a_tail_is_left_out(piece: int) -> None:
    assert unpacked("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), 100_000) == b"one two"
    assert unpacked("gzip", gzip.compress(b"one") + b"tail", piece) == b"one"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate"])
@pytest.mark.parametrize("cut", [1, 8, 20])
def test_a_body_that_is_cut_short_is_told(coding: str, cut: int) -> None:
    with pytest.raises(ValueError, match="cut short"):
        unpacked(coding, PACKED[coding][:-cut], 100_000)


def test_a_packed_body_of_nothing_is_empty() -> None:
    assert unpacked("gzip", b"", 1) == b""


@pytest.mark.parametrize(
    ("coding", "told"),
    [("br", "packed as br"), ("ZSTD", "packed as zstd"), ("gzip, gzip", "than once"), ("deflate, br", "than once")],
)
def test_a_coding_that_we_did_not_ask_for_is_told(coding: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Unpacker(coding)


def test_what_only_says_that_it_is_gzip_is_told() -> None:
    with pytest.raises(ValueError, match="says that it is gzip"):
        unpacked("gzip", b"<rss/>", 100)


def test_a_bomb_gives_one_byte_more_than_there_is_room_for_and_no_more() -> None:
    bomb = zlib.compress(bytes(50_000_000))

    assert len(Unpacker("deflate").feed(bomb, 1_000)) == 1_001
