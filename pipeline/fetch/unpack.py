"""Bodies that come packed (``Content-Encoding``), unpacked piece by piece within a bound.

We do it ourselves because the client library takes a gzip stream that is cut short for a whole one: its validators
would be kept, and what was cut off would never be asked for again.
"""

from __future__ import annotations

import zlib
from typing import Final

_GZIP: Final = 31  # window bits, as zlib has it
_ZLIB: Final = 15
_RAW: Final = -15
_GZIP_MARK: Final = b"\x1f\x8b"
_OURS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_OTHERS: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})  # IANA's registry, 2026


class Unpacker:
    """Unpacks one body.

    Args:
        coding: the ``Content-Encoding`` header. A word that names no coding, such as ``utf-8``, is passed over, as
            browsers do.

    Raises:
        ValueError: a coding that we did not ask for, or several.
    """

    def __init__(self, coding: str) -> None:
        named = [word.strip().lower() for word in coding.split(",")]
        packed = [word for word in named if word in _OURS | _OTHERS]
        if len(packed) > 1:
            raise ValueError("it is packed more than once")
        if packed and packed[0] in _OTHERS:
            raise ValueError(f"it is packed as {packed[0]}, which we did not ask for")
        self._coding = packed[0].removeprefix("x-") if packed else ""
        self._stream: zlib._Decompress | None = None
        self._ended = False

    @property
    def packed(self) -> bool:
        """Whether what travels is not the body itself."""
        return bool(self._coding)

    def feed(self, data: bytes, room: int) -> bytes:
        """What ``data`` adds to the body: all of it, or the first of more than ``room`` bytes.

        Args:
            data: the next bytes that came, not empty.
            room: bytes that the body may still take, 0 or more.

        Raises:
            ValueError: it can't be unpacked.
        """
        if not self._coding:
            return data
        found = bytearray()
        while data and len(found) <= room:
            if self._stream is None:
                if self._ended and not data.startswith(_GZIP_MARK):
                    return bytes(found)  # what stands behind the last member is no part of the body
                self._stream = zlib.decompressobj(self._window(data))
            try:
                found += self._stream.decompress(data, room + 1 - len(found))
            except zlib.error as error:
                raise ValueError(f"it says that it is {self._coding}, but can't be unpacked") from error
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if self._stream.eof:
                self._stream, self._ended = None, True
        return bytes(found)

    def end(self) -> None:
        """Say that nothing more comes.

        Raises:
            ValueError: the packed body is cut short.
        """
        if self._stream is not None:
            raise ValueError(f"its {self._coding} stream is cut short")

    def _window(self, data: bytes) -> int:
        if self._coding == "gzip":
            return _GZIP
        # "deflate" means zlib's form (RFC 9110, 8.4.1.2); many servers send the raw one.
        return _ZLIB if data[0] & 0x0F == zlib.DEFLATED else _RAW
