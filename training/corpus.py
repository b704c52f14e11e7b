"""The corpus: missions with articles labelled sentence by sentence, and single contrasting sentences.

The format is told in ``training/README.md``. Loading is strict: a line that is not what it should be
is named with its file and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.model import Aspect, Slot, Stage, TypedFact

HERE = Path(__file__).parent
MISSIONS = HERE / "missions"
CONTRASTS = HERE / "contrasts"
_HEAD = re.compile(r"^([a-z]+): ?(.*)$")


class CorpusError(ValueError):
    """A line of the corpus is wrong; names file and line."""


@dataclass(frozen=True, slots=True)
class Said:
    """One claim of a label.

    Attributes:
        aspect: what of the mission it is about.
        stage: how far it is.
        event: the event that it reports, if any.
        slot: the slot, where the label has one.
        recalled: told as background in a sentence that tells news as well.
        facts: what it says, typed, where the label has that: one for each key.
    """

    aspect: Aspect
    stage: Stage
    event: str = ""
    slot: Slot | None = None
    recalled: bool = False
    facts: tuple[TypedFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: ``kind`` is N, n, B, X or ``-``; ``start`` and ``end`` are its place in the text."""

    kind: str
    said: tuple[Said, ...]
    text: str
    paragraph: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a mission's timeline."""

    event: str
    date: str
    aspect: Aspect
    stage: Stage
    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article with its labels; ``kind`` is report, background, opinion, live, irrelevant or twin."""

    article: str
    published: datetime
    outlet: str
    kind: str
    title: str
    lines: tuple[Line, ...]
    twin_of: str = ""

    @property
    def text(self) -> str:
        """The article's text: sentences joined by spaces, paragraphs by an empty line."""
        return joined(self.lines)[0]


@dataclass(slots=True)
class Mission:
    """One mission: its head, the seed article, the timeline and the articles."""

    slug: str
    head: dict[str, str]
    baseline: Labelled
    events: dict[str, Event]
    articles: list[Labelled] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One single sentence of a group whose members differ by little."""

    group: str
    kind: str
    said: tuple[Said, ...]
    text: str


def joined(lines: tuple[Line, ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text that ``lines`` make, and the place of each in it."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    length, paragraph = 0, 0
    for line in lines:
        gap = "" if not parts else "\n\n" if line.paragraph != paragraph else " "
        start = length + len(gap)
        parts.append(gap + line.text)
        length = start + len(line.text)
        places.append((start, length))
        paragraph = line.paragraph
    return "".join(parts), tuple(places)


def missions(folder: Path = MISSIONS) -> list[Mission]:
    """All missions, in the order of their files' names."""
    return [load_mission(path) for path in sorted(folder.glob("*.txt"))]


def load_mission(path: Path) -> Mission:
    """One mission's file.

    Raises:
        CorpusError: a line is wrong; names the file and the line.
    """
    head: dict[str, str] = {}
    events: dict[str, Event] = {}
    blocks: list[tuple[list[str], list[Line], str]] = []
    part, title, paragraph, lines = "head", "", 0, list[Line]()
    meta: list[str] = []

    def close() -> None:
        if meta:
            blocks.append((list(meta), list(lines), title))

    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        where = f"{path.name}:{number}"
        if raw.startswith("baseline:"):
            part, meta, lines = "text", ["baseline", *_split(raw[9:])], []
        elif raw.strip() == "events:":
            close()
            part, meta, lines = "events", [], []
        elif raw.strip() == "articles:":
            part = "text"
        elif part == "head":
            if match := _HEAD.match(raw):
                head[match[1]] = match[2].strip()
        elif part == "events":
            if raw.strip():
                event = _event(raw, where)
                events[event.event] = event
        elif raw.startswith("== "):
            close()
            meta, lines, title, paragraph = _split(raw[3:]), [], "", 0
        elif raw.startswith("T "):
            title = raw[2:].strip()
        elif not raw.strip():
            paragraph += 1
        else:
            lines.append(_line(raw, paragraph, where))
    close()
    if not blocks or blocks[0][0][0] != "baseline":
        raise CorpusError(f"{path.name}: has no baseline")
    mission = Mission(path.stem, head, _labelled(path.stem, blocks[0]), events)
    mission.articles = [_labelled(path.stem, block) for block in blocks[1:]]
    return mission


def contrasts(folder: Path = CONTRASTS) -> list[Contrast]:
    """All contrasting sentences; groups are told apart by file and number.

    Raises:
        CorpusError: a line is wrong; names the file and the line.
    """
    out: list[Contrast] = []
    for path in sorted(folder.glob("*.txt")):
        for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if not raw.strip() or raw.startswith("#"):
                continue
            parts = raw.split("\t")
            if len(parts) != 3:
                raise CorpusError(f"{path.name}:{number}: needs GROUP, LABEL and sentence, parted by tabs")
            kind, said = _label(parts[1], f"{path.name}:{number}")
            out.append(Contrast(f"{path.stem}:{parts[0].strip()}", kind, said, parts[2].strip()))
    return out


def load_second(folder: Path) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """The articles that were labelled a second time: their ids and lines.

    Raises:
        CorpusError: a line is wrong; names the file and the line.
    """
    for path in sorted(folder.glob("*.txt")):
        name, lines = "", list[Line]()
        for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if raw.startswith("== "):
                if name:
                    yield name, tuple(lines)
                name, lines = _split(raw[3:])[0], []
            elif raw.strip() and not raw.startswith("T "):
                lines.append(_line(raw, 0, f"{path.name}:{number}"))
        if name:
            yield name, tuple(lines)


def sentences(articles: list[Labelled]) -> Iterator[tuple[Labelled, Line]]:
    """Every labelled sentence with its article."""
    for article in articles:
        for line in article.lines:
            yield article, line


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


def _labelled(slug: str, block: tuple[list[str], list[Line], str]) -> Labelled:
    meta, lines, title = block
    text_lines = tuple(lines)
    _, places = joined(text_lines)
    placed = tuple(
        Line(line.kind, line.said, line.text, line.paragraph, start, end)
        for line, (start, end) in zip(text_lines, places, strict=True)
    )
    name, published, outlet, kind = (*meta, "baseline")[:4] if meta[0] != "baseline" else (*meta[:3], "baseline")
    kind, _, twin = kind.partition(" ")
    when = datetime.fromisoformat(published.replace("Z", "+00:00")).astimezone(UTC)
    return Labelled(f"{slug}-{name}", when, outlet, kind, title, placed, twin.strip())


def _event(raw: str, where: str) -> Event:
    parts = _split(raw)
    if len(parts) != 6:
        raise CorpusError(f"{where}: an event has six parts")
    return Event(parts[0], parts[1], Aspect(parts[2]), Stage(parts[3]), parts[4], parts[5])


def _line(raw: str, paragraph: int, where: str) -> Line:
    label, tab, text = raw.partition("\t")
    if not tab or not text.strip():
        raise CorpusError(f"{where}: a sentence line is a label, a tab and the sentence")
    kind, said = _label(label, where)
    return Line(kind, said, text.strip(), paragraph)


def _label(label: str, where: str) -> tuple[str, tuple[Said, ...]]:
    kind, _, rest = label.strip().partition(" ")
    if kind not in {"N", "n", "B", "X", "-"}:
        raise CorpusError(f"{where}: {kind!r} is no label")
    said = []
    for part in rest.split("+") if rest.strip() else ():
        words = part.split()
        aspect, _, stage = words[0].partition("/")
        try:
            said.append(Said(Aspect(aspect), Stage(stage), words[1] if len(words) > 1 else ""))
        except (ValueError, IndexError) as error:
            raise CorpusError(f"{where}: {part.strip()!r} is no aspect/stage") from error
    if kind in {"N", "n", "B"} and not said:
        raise CorpusError(f"{where}: {kind} needs aspect/stage")
    return kind, tuple(said)
