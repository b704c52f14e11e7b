"""Whether a DuckDB file is as long as it must be. DuckDB finds one that was cut short only when it reads what is gone.

How long it must be stands in no one place: the count of blocks in its header is not taken back when free blocks at the
end are given to the disk, so a whole file is often shorter. The free blocks are listed, though, and the last of the
others must be there. The list is read from the file itself, as DuckDB 1.4 to 2.0 write it, and believed only where
it has as many blocks as DuckDB counts; else the file must be as long as the blocks in use, wherever they lie.
"""

from __future__ import annotations

import struct
from pathlib import Path

from pipeline.storage.files.failures import damaged, storage_errors

_START = 3 * 4096  # bytes before the first block: the file's own header and two headers of the database
_HEADER = struct.Struct("<7Q")  # checksum, checkpoint, root, free list, blocks, bytes of a block, rows
_PARTS = 64  # of a block that holds metadata
_CHECKSUM = 8  # bytes before the content of a block
_NONE = 2**64 - 1


def check_length(path: Path, block_size: int, total: int, used: int) -> None:
    """Refuse the DuckDB file ``path`` where its end is missing.

    Args:
        path: the file, which DuckDB has just opened.
        block_size: bytes of a block, as DuckDB tells.
        total, used: its blocks, and those that are not free, as DuckDB tells.

    Raises:
        StoreDamagedError: it is shorter than what is in use.
    """
    with storage_errors(path):
        size = path.stat().st_size
        if size >= _START + total * block_size:
            return
        needed = _START + _blocks_needed(path, block_size, total, used) * block_size
    if size < needed:
        raise damaged(path, f"it was cut short, {size:,} bytes are left of at least {needed:,}")


def _blocks_needed(path: Path, block_size: int, total: int, used: int) -> int:
    """How many blocks the file must have, from its first to the last that is in use."""
    try:
        free = _free_blocks(path, block_size)
    except (struct.error, ValueError):
        return used
    in_use = set(range(total)).difference(free)
    return max(in_use) + 1 if len(in_use) == used > 0 else used


def _free_blocks(path: Path, block_size: int) -> tuple[int, ...]:
    """The numbers of the blocks that the file's newest header lists as free."""
    with path.open("rb") as file:
        head = file.read(_START)
        header = max((_HEADER.unpack_from(head, start) for start in (4096, 8192)), key=lambda values: int(values[1]))
        part_size = (block_size - _CHECKSUM) // _PARTS // 8 * 8
        listed, pointer, seen = bytearray(), int(header[3]), set[int]()
        while pointer != _NONE:
            if pointer in seen:
                raise ValueError("the list goes in a circle")
            seen.add(pointer)
            block, part = pointer & (2**56 - 1), pointer >> 56
            file.seek(_START + block * block_size + _CHECKSUM + part * part_size)
            content = file.read(part_size)
            (pointer,) = struct.unpack_from("<Q", content)
            listed += content[8:]
    (count,) = struct.unpack_from("<Q", listed)
    return struct.unpack_from(f"<{count}Q", listed, 8)
