"""Where each key of a TOML text stands: key path to line.

``tomllib`` gives values without positions, and a message about a watch file must name the line.
The scanner walks a text that ``tomllib`` has already accepted, so it checks nothing: it only has
to know where keys, strings, arrays and tables begin and end (TOML 1.0, https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_BLANK = " \t"
_BETWEEN = " \t\r\n"


class Lines:
    """The 1-based line of each key path of one TOML text.

    A path is a tuple of keys and, inside arrays, 0-based indexes: ``("name", 1, "valid_to")``.
    """

    def __init__(self, lines: dict[Path, int]) -> None:
        self._lines = lines

    def exact(self, path: Path) -> int | None:
        """The line on which ``path`` itself is written, or None."""
        return self._lines.get(path)

    def nearest(self, path: Path) -> int | None:
        """The line of ``path``, else that of the nearest table or key around it; None where there is none."""
        for length in range(len(path), 0, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return line
        return None


def locate(text: str) -> Lines:
    """Find the line of each key, array element and table header.

    Args:
        text: a TOML text that ``tomllib.loads`` accepts.
    """
    return Lines(_Scanner(text).scan())


class _Scanner:
    """One pass over the text; ``at`` is the position of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # elements so far of each array of tables
        self._counted_to = 0
        self._line = 1

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BETWEEN):
            if self.text.startswith("[[", self.at):
                table = self._array_of_tables()
            elif self.text[self.at] == "[":
                table = self._table()
            else:
                self._pair(table)
        return self.lines

    # -- headers ---------------------------------------------------------------------------

    def _table(self) -> Path:
        line = self._here()
        self.at += 1
        path = self._inside(self._key())
        self.at += 1  # the closing bracket
        self._record(path, line)
        return path

    def _array_of_tables(self) -> Path:
        line = self._here()
        self.at += 2
        path = self._inside(self._key())
        self.at += 2  # the closing brackets
        index = self.counts.get(path, 0)
        self.counts[path] = index + 1
        self._record(path, line)
        self._record((*path, index), line)
        return (*path, index)

    def _inside(self, key: tuple[str, ...]) -> Path:
        """``key`` with the index of the last element after each part that is an array of tables, but the last part."""
        path: Path = ()
        for number, part in enumerate(key, 1):
            path = (*path, part)
            if path in self.counts and number < len(key):
                path = (*path, self.counts[path] - 1)
        return path

    # -- keys and values -------------------------------------------------------------------

    def _pair(self, table: Path) -> None:
        line = self._here()
        path = (*table, *self._key())
        for length in range(len(table) + 1, len(path) + 1):
            self._record(path[:length], line)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> tuple[str, ...]:
        """The dotted key that begins here; ends at the character after it and its blanks."""
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            if self.text[self.at] in "\"'":
                parts.append(self._string())
            elif match := _BARE_KEY.match(self.text, self.at):
                parts.append(match.group())
                self.at = match.end()
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return tuple(parts)
            self.at += 1

    def _value(self, path: Path) -> None:
        char = self.text[self.at : self.at + 1]
        if char and char in "\"'":
            self._skip_string()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        elif match := _SCALAR.match(self.text, self.at):
            self.at = match.end()

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip(_BETWEEN + ",") and self.text[self.at] != "]":
            self._record((*path, index), self._here())
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip(_BETWEEN + ",") and self.text[self.at] != "}":
            self._pair(path)
        self.at += 1

    # -- strings ---------------------------------------------------------------------------

    def _string(self) -> str:
        start = self.at
        self._skip_string()
        value: str = tomllib.loads(f"key = {self.text[start : self.at]}")["key"]
        return value

    def _skip_string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self._skip_to(quote * 3, escapes=quote == '"', start=self.at + 3)
            while self.text[self.at : self.at + 1] == quote:  # up to two quotes may stand before the closing three
                self.at += 1
        else:
            self._skip_to(quote, escapes=quote == '"', start=self.at + 1)

    def _skip_to(self, end: str, *, escapes: bool, start: int) -> None:
        at = start
        while not self.text.startswith(end, at):
            at += 2 if escapes and self.text[at] == "\\" else 1
            if at >= len(self.text):
                break
        self.at = at + len(end)

    # -- white space, comments, lines ------------------------------------------------------

    def _skip(self, blanks: str) -> bool:
        """Pass over ``blanks``, and comments where they may stand; False at the end of the text."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#" and "\n" in blanks:
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in blanks:
                self.at += 1
            else:
                return True
        return False

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line

    def _record(self, path: Path, line: int) -> None:
        self.lines.setdefault(path, line)
