"""From bytes of HTML to text: what the page says of its charset, and what its bytes say.

The order is that of the WHATWG encoding standard (byte order mark, HTTP, ``meta``), with labels
as browsers read them: ``latin-1`` means windows-1252. Where a label is wrong, the next source is
asked, so that no page is lost to its charset.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# Labels that mean another codec than Python's of the same name (https://encoding.spec.whatwg.org/#names-and-labels).
_ALIASES = {
    "cp1252": "iso-8859-1 iso8859-1 iso88591 iso-ir-100 latin-1 latin1 l1 cp819 ibm819 ascii us-ascii "
    "ansi-x3.4-1968 windows-1252 x-cp1252 x-user-defined",
    "cp1254": "iso-8859-9 iso8859-9 latin5 l5 windows-1254",
    "cp874": "iso-8859-11 tis-620 windows-874 dos-874",
    "gb18030": "gb2312 gbk x-gbk chinese csgb2312",
    "cp932": "shift-jis sjis x-sjis ms-kanji windows-31j",
    "cp949": "euc-kr euckr korean ks-c-5601-1987 windows-949",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "utf-8": "utf8 unicode-1-1-utf-8 x-unicode20utf8",
    "utf-16-le": "utf-16 utf-16le utf16 unicode ucs-2",
    "utf-16-be": "utf-16be",
    "euc_jp": "euc-jp x-euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "koi8_r": "koi8-r koi8",
    "koi8_u": "koi8-u koi8-ru",
    "cp866": "ibm866",
    "mac_roman": "macintosh mac",
    "mac_cyrillic": "x-mac-cyrillic",
    **{f"cp{n}": f"windows-{n} x-cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"iso8859_{n}": f"iso-8859-{n} iso8859-{n} latin{n}" for n in (2, 3, 4)},
    **{f"iso8859_{n}": f"iso-8859-{n} iso8859-{n}" for n in (5, 6, 7, 8, 10, 13, 14, 15, 16)},
}
_LABELS = {label: codec for codec, labels in _ALIASES.items() for label in (codec, *labels.split())}
_MANY_BYTES = frozenset(
    {"utf-8", "utf-16-le", "utf-16-be", "gb18030", "cp932", "cp949", "big5hkscs", "euc_jp", "iso2022_jp"}
)
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1256", "koi8_r", "gb18030", "cp932", "euc_jp", "cp949", "big5"]

_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page may name its charset
_SAMPLE = 8192  # bytes that are guessed from
_FEW_BAD = 0.05  # share of a page's non-ASCII characters that may be broken in what still is UTF-8


def decode_html(body: bytes, content_type: str) -> tuple[str, str]:
    """The text of ``body`` and the codec that read it.

    Args:
        body: the page's bytes, decompressed.
        content_type: the HTTP header's value, or an empty string.

    Returns:
        The text without NUL characters, and the name of the codec as Python knows it. Never
        raises: what nothing can read is read as windows-1252, with marks for the rest.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(codec, "replace")), codec

    as_utf8 = _strict(body, "utf-8")
    if as_utf8 is not None and body.isascii() and b"\x1b" not in body and b"\0" not in body:
        return as_utf8, "utf-8"
    for label, codec in _named(body, content_type):
        # A page of valid UTF-8 beyond ASCII is UTF-8, whatever one-byte charset a server's default names.
        if codec not in _MANY_BYTES and as_utf8 is not None:
            return _clean(as_utf8), "utf-8"
        text = as_utf8 if codec == "utf-8" else _strict(body, codec)
        if text is None and codec == "utf-8":
            text = _nearly_utf8(body)
        if text is not None and not (label.startswith("utf-16") and "<" not in text):
            return _clean(text), codec
    if as_utf8 is not None:
        return _clean(as_utf8), "utf-8"
    nearly = _nearly_utf8(body)
    if nearly is not None:
        return _clean(nearly), "utf-8"

    guess = _guess(body)
    text = _strict(body, guess) if guess else None
    if text is not None:
        return _clean(text), guess
    return _clean(body.decode("cp1252", "replace")), "cp1252"


def _named(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """(label, codec) as HTTP and then the page's head name them; unknown labels are passed over."""
    head = body[:_HEAD]
    http, meta, xml = _HTTP.search(content_type), _META.search(head), _XML.match(head)
    if http:
        yield from _codec(http[1])
    for match in (meta, xml):
        if match:
            for label, codec in _codec(match[1].decode("ascii")):
                # A page whose head was read as ASCII is not UTF-16, whatever it says.
                yield (label, codec) if not codec.startswith("utf-16") else ("utf-8", "utf-8")


def _codec(label: str) -> Iterator[tuple[str, str]]:
    label = label.lower().replace("_", "-")
    if label in _LABELS:
        yield label, _LABELS[label]


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _nearly_utf8(body: bytes) -> str | None:
    """``body`` as UTF-8 where a stray or cut character is all that is wrong with it."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = len(text) - sum(map(str.isascii, text)) if bad else 0
    return text if foreign and bad <= max(1, foreign * _FEW_BAD) and foreign > bad else None


def _guess(body: bytes) -> str:
    """What the bytes around the first that is not ASCII look like, or an empty string."""
    first = re.search(rb"[\x80-\xff]", body)
    start = max(0, first.start() - 512) if first else 0
    best = from_bytes(body[start : start + _SAMPLE], cp_isolation=_GUESSES).best()
    return best.encoding if best is not None else ""


def _clean(text: str) -> str:
    return text.replace("\0", "")
