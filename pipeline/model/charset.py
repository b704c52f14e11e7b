"""From bytes to text, of feeds and of pages: what the bytes say, then what was said of them.

The order is: byte order mark; the first bytes of XML that is not ASCII; UTF-8 where the bytes are valid and not plain
ASCII (hardly anything else is, and labels lie); the labels of HTTP, of the XML declaration and of ``meta``, each where
the bytes can be read by it; UTF-8 but for a stray byte; a guess; windows-1252. We decode ourselves, so that what is
counted and checked is what the parsers read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<?xm" or "<" in encodings whose bytes are not ASCII's (XML 1.0, appendix F).
_OPENINGS: Final = (
    (b"\x4c\x6f\xa7\x94", "cp037"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
# Labels of the web that Python has no codec for, by its rules of spelling.
_ALSO: Final = {
    "sjis": "cp932", "ms_kanji": "cp932", "chinese": "gb18030", "csgb2312": "gb18030", "x_big5": "big5hkscs",
    "cn_big5": "big5hkscs", "windows_874": "cp874", "dos_874": "cp874", "unicode_1_1_utf_8": "utf-8",
    "unicode20utf8": "utf-8", "ucs_2": "utf-16-le", "unicode": "utf-16-le", "koi": "koi8-r", "koi8": "koi8-r",
    "koi8_ru": "koi8-u", "ansi_x3.4_1968": "cp1252", "user_defined": "cp1252",
}  # fmt: skip
# Labels that mean more than they say (https://encoding.spec.whatwg.org/#names-and-labels), so that nothing is lost.
_WIDER: Final = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}  # fmt: skip
# Not charsets of the web: they turn plain ASCII into other text, behind the back of every check.
_NEVER: Final = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "hz", "mbcs", "oem"})
_GUESSES: Final = ["cp1252", "cp1250", "cp1251", "cp1256", "koi8_r", "gb18030", "cp932", "euc_jp", "cp949", "big5"]

_LABEL: Final = r"[\"']?\s{0,10}([A-Za-z0-9_:.\-]{2,40})"
_HTTP = re.compile(r"charset\s{0,10}=\s{0,10}" + _LABEL, re.IGNORECASE)
_XML = re.compile(rb"^\s{0,100}<\?xml[^>]{0,500}?encoding\s{0,10}=\s{0,10}" + _LABEL.encode(), re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s{0,10}=\s{0,10}" + _LABEL.encode(), re.IGNORECASE)
_FOREIGN = re.compile(rb"[\x80-\xff]")
_HEAD: Final = 4096  # bytes in which a document may name its charset
_SAMPLE: Final = 8192  # bytes that are guessed from
_ENOUGH: Final = 20  # bytes beyond ASCII; fewer are guessed wrong: four French words were Central European
_FEW_BAD: Final = 0.05  # share of the characters beyond ASCII that may be broken in what still is UTF-8


class Decoded(NamedTuple):
    """What was read.

    Attributes:
        text: without NUL characters.
        codec: the one that read it, as Python names it.
        broken: whether some bytes could not be read by it, and were replaced.
        unknown: the labels that were met and are no charset of the web.
    """

    text: str
    codec: str
    broken: bool = False
    unknown: tuple[str, ...] = ()


def decode(body: bytes, content_type: str) -> Decoded:
    """Return the text of ``body``.

    Never raises: what nothing can read is read as windows-1252, with marks for the rest.

    Args:
        body: of a feed or a page, decompressed.
        content_type: the HTTP header's value, or an empty string.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], codec)
    for opening, codec in _OPENINGS:
        if body.startswith(opening):
            return _lenient(body, codec)
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and not body.isascii():
        return Decoded(utf8.replace("\0", ""), "utf-8")
    unknown = []
    for label in _labels(body, content_type):
        named = _codec(label)
        if named is None:
            unknown.append(label)
        elif named != "utf-8" and (utf8 is None or b"\x1b" in body) and (text := _strict(body, named)) is not None:
            return Decoded(text.replace("\0", ""), named, unknown=tuple(unknown))
    if utf8 is not None:
        return Decoded(utf8.replace("\0", ""), "utf-8", unknown=tuple(unknown))
    if _is_nearly_utf8(body):
        return _lenient(body, "utf-8", unknown)
    return _lenient(body, _guess(body) or "cp1252", unknown)


def _labels(body: bytes, content_type: str) -> Iterator[str]:
    if found := _HTTP.search(content_type[:500]):
        yield found[1]
    for pattern in (_XML, _META):
        if inside := pattern.search(body[:_HEAD]):
            label = inside[1].decode("ascii")
            # A document whose head was read as ASCII is not UTF-16, whatever it says.
            yield label if not label.lower().startswith("utf-16") else "utf-8"


def _codec(label: str) -> str | None:
    """Return Python's codec for a label; None where it is no charset of the web."""
    plain = label.lower().removeprefix("x-").replace("-", "_").removeprefix("x_")
    try:
        name = codecs.lookup(_ALSO.get(plain, plain)).name
        "".encode(name)  # a codec of bytes to bytes, such as zlib, refuses
    except (LookupError, ValueError, TypeError):
        return None
    return None if name.replace("_", "-") in _NEVER else _WIDER.get(name, name)


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _lenient(body: bytes, codec: str, unknown: list[str] | None = None) -> Decoded:
    text = _strict(body, codec)
    read = body.decode(codec, "replace") if text is None else text
    return Decoded(read.replace("\0", ""), codec, text is None, tuple(unknown or ()))


def _is_nearly_utf8(body: bytes) -> bool:
    """Whether a stray or cut character is all that keeps ``body`` from being UTF-8."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return bad <= max(1, foreign * _FEW_BAD) and foreign > bad


def _guess(body: bytes) -> str:
    """Return what the bytes around the first that is not ASCII look like, or an empty string."""
    first = _FOREIGN.search(body)
    start = max(0, first.start() - 512) if first else 0
    sample = body[start : start + _SAMPLE]
    if len(_FOREIGN.findall(sample)) < _ENOUGH:
        return ""
    from charset_normalizer import from_bytes  # here: most processes meet nothing to guess, and it takes 13 ms

    # Its own order takes French for Central European where both read without a flaw.
    best = min(from_bytes(sample, cp_isolation=_GUESSES), key=lambda one: (one.chaos, -one.coherence), default=None)
    return best.encoding if best is not None and _strict(body, best.encoding) is not None else ""
