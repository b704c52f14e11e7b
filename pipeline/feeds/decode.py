"""Feed bytes to text. We decode ourselves, so that what we count and check is what the parser reads.

The order is: byte order mark; UTF-8 where the bytes are valid and not plain ASCII (hardly anything else is, and
labels lie); the charset of the HTTP header; that of the XML declaration; UTF-8; windows-1252.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from pipeline.feeds.problems import Problems

_DECLARED = re.compile(rb"""^\s{0,100}<\?xml[^>]{0,500}?encoding\s{0,10}=\s{0,10}["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s{0,10}=\s{0,10}["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
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
# Labels that mean more than they say (WHATWG Encoding), so that no character is lost.
_WIDER: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
# Not charsets of the web: they turn plain ASCII into other text, behind the back of every check.
_NEVER: Final = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "hz", "mbcs", "oem"})


def decode(body: bytes, content_type: str, problems: Problems) -> str:
    """The text of ``body``.

    Args:
        body: not empty.
        content_type: the ``Content-Type`` header.
        problems: takes the flaws: an unknown charset, bytes that could not be read.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], name, problems)
    for opening, name in _OPENINGS:
        if body.startswith(opening):
            return _lenient(body, name, problems)
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and not body.isascii():
        return utf8
    header = _CHARSET.search(content_type[:500])
    declared = _DECLARED.match(body[:2_048])
    labels = [header[1] if header else "", declared[1].decode("ascii") if declared else ""]
    for label in filter(None, labels):
        codec = _codec(label)
        if codec is None:
            problems.note("The feed names a charset that we do not know.", label)
        elif codec != "utf-8" and (text := _strict(body, codec)) is not None:
            return text
    if utf8 is not None:
        return utf8
    lenient = body.decode("utf-8", "replace")
    if lenient.count("\ufffd") * 200 <= len(lenient):  # a few broken bytes in what is UTF-8 otherwise
        return _lenient(body, "utf-8", problems)
    return _lenient(body, "cp1252", problems)


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
        "".encode(name)  # a codec of bytes to bytes, such as zlib, refuses
    except (LookupError, ValueError, TypeError):
        return None
    if name.replace("_", "-") in _NEVER:
        return None
    return _WIDER.get(name, name)


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _lenient(body: bytes, codec: str, problems: Problems) -> str:
    text = _strict(body, codec)
    if text is None:
        text = body.decode(codec, "replace")
        problems.note(f"Some bytes are not {codec.upper()}; they were replaced.")
    return text
