"""Parse a page's text to the tree that trafilatura would make of it, for less.

Of the time of ``load_html`` half goes into a search for characters that XML has not, which few pages hold, and into
repairs that few need. Here both are looked for with what is cheap; a page that has either goes the whole way.
"""

from __future__ import annotations

import re
from contextlib import suppress

from lxml.etree import ElementDefaultClassLookup, LxmlError
from lxml.html import HtmlElement, fromstring
from trafilatura import load_html
from trafilatura.utils import HTML_PARSER, repair_faulty_html

_HEAD = 4096  # characters of a page in which trafilatura looks for what it repairs
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));?", re.IGNORECASE)
# What XML has not. One search for each takes a quarter of the time of one for all, by a regular expression.
_CONTROLS = tuple(bytes([code]) for code in range(32) if code not in b"\t\n\r")
_NO_CHARACTERS = ("\ufffe", "\uffff")

# trafilatura's parser, but all elements are of one class: theirs asks Python for the class of each that is touched, and
# again once it was let go. That takes a tenth of an extraction, and what is special about forms is wanted nowhere.
_PARSER = HTML_PARSER.copy()
_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))


def parse_html(text: str) -> HtmlElement | None:
    """Parse a page's ``text``; None where it is no HTML.

    References to characters that can't be are left out of it.
    """
    text = _REFERENCE.sub(_possible, text)
    if _sound(text[:_HEAD]) and not any(character in text for character in _NO_CHARACTERS):
        data = text.encode("utf-8", "surrogatepass")
        if b"\n" in data and not any(control in data for control in _CONTROLS):
            with suppress(LxmlError, ValueError):
                return fromstring(data, parser=_PARSER)
    return load_html(text)


def _sound(head: str) -> bool:
    """Decide whether a page that begins with ``head`` declares itself HTML, in a way that needs no repair.

    A repair is of the first line, up to its first ``>``, or of the first lines of ``head``, or it ends a first line
    that has no end; so what it does to a page, it does to ``head`` and a line's end.
    """
    beginning = head[:50].lower()
    # Before the first tag only what is blank in bytes too: lxml asks by that whether it reads a page or a piece of one.
    whole = head.lstrip(" \t\r\n").startswith("<") and ">" in head and "html" in beginning
    return whole and repair_faulty_html(f"{head}\n", beginning) == f"{head}\n"


def _possible(reference: re.Match[str]) -> str:
    """Return a character reference, or nothing where XML has no such character: one costs a page its text."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return reference[0] if allowed else ""
