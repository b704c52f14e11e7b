"""Load a mission with gold from one text file, which is as its writer wrote it and readable in a diff.

The format is told in ``tests/judgement/README.md``, the labels in ``training/GUIDE.md``. Loading is strict: a line that
is not what it should be is named with its file and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.model import Aspect, Stage

SLOTS: Mapping[str, Aspect] = {
    "lead": Aspect.LEAD,
    "command": Aspect.COMMAND,
    **dict.fromkeys(("term", "authorisation", "successor", "task", "process", "position"), Aspect.MANDATE),
    **dict.fromkeys(("ceiling", "deployed", "required", "movement"), Aspect.STRENGTH),
    "contribution": Aspect.CONTRIBUTORS,
    **dict.fromkeys(("pledge", "budget", "shortfall", "arrangement"), Aspect.FUNDING),
    "support": Aspect.SUPPORT,
    **dict.fromkeys(("presence", "milestone", "operation"), Aspect.DEPLOYMENT),
    **dict.fromkeys(("incident", "toll"), Aspect.CASUALTIES),
}
UNKEYED = frozenset({"lead", "term", "successor", "arrangement"})
NUMBERS = frozenset({"number", "amount", "killed", "injured", "missing", "captured", "died_of_wounds", "released"})
DATES = frozenset({"date", "from", "until", "since"})
TEXTS = frozenset(
    {"actor", "act", "person", "organisation", "country", "place", "item", "unit", "role", "currency"}
    | {"movement", "post"}
)
KINDS = ("report", "live", "background", "opinion", "late", "irrelevant", "twin")
MOVEMENTS = frozenset(
    {"postponed", "suspended", "resumed", "reaffirmed", "increased", "reduced", "extended", "replaced"}
)
_HEAD = re.compile(r"^([a-z]+): ?(.*)$")
_SLOT = re.compile(r"^([a-z]+)(?:\[([^\]]+)\])?$")
_TOKEN = re.compile(r"([NnBX-])(?=\s|$)|([EK]\d+)(?:\{([^}]*)\})?")
_NUMBER = re.compile(r"^\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?$")
_DAY = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")

Parts = Mapping[str, str]


class GoldError(ValueError):
    """A line of a gold file is wrong; names file and line."""


@dataclass(frozen=True, slots=True)
class GoldFact:
    """A fact of the timeline (``E``) or of what was known before (``K``).

    Attributes:
        keys: the slot's keys, empty where it has none.
        parts: the typed parts of each key, in the order of ``keys`` (one mapping where they share all).
        day: the event's day, ISO 8601, or "before".
    """

    name: str
    day: str
    slot: str
    keys: tuple[str, ...]
    stage: Stage
    parts: tuple[Parts, ...]
    summary: str
    aspect_alt: tuple[Aspect, ...] = ()
    stage_alt: tuple[Stage, ...] = ()
    borderline: bool = False
    core: bool = True

    @property
    def aspect(self) -> Aspect:
        """The aspect that the slot belongs to."""
        return SLOTS[self.slot]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that a sentence tells: as news or as background, with the parts that differ from the fact's."""

    fact: str
    news: bool
    own: Parts


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence; ``kind`` is N, n, B, X or ``-``."""

    kind: str
    told: tuple[Told, ...]
    text: str
    paragraph: int


@dataclass(slots=True)
class GoldText:
    """One article: when, where and of what kind it was, its source, and its labelled sentences."""

    name: str
    published: datetime
    outlet: str
    kind: str
    source: str
    title: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    twin_of: str = ""

    @property
    def text(self) -> str:
        """The text: sentences parted by spaces, paragraphs by an empty line."""
        out: list[str] = []
        before = None
        for one in self.sentences:
            out.append(("" if before is None else " " if one.paragraph == before else "\n\n") + one.text)
            before = one.paragraph
        return "".join(out)


@dataclass(slots=True)
class GoldMission:
    """One mission: its head, the baseline article, the facts by name, and the articles."""

    name: str
    head: dict[str, str]
    baseline: GoldText
    facts: dict[str, GoldFact]
    articles: list[GoldText]

    @property
    def events(self) -> list[GoldFact]:
        """The facts of the timeline."""
        return [fact for fact in self.facts.values() if fact.name.startswith("E")]

    @property
    def flags(self) -> frozenset[str]:
        """What the head says of the kind of mission: naval, civilian, unnamed, renamed, ..."""
        return frozenset(self.head.get("kind", "").replace(",", " ").split())


def load(text: str, name: str) -> GoldMission:
    """The mission that ``text`` holds; ``name`` is the file's, for errors and ids.

    Raises:
        GoldError: a line is wrong; names the file and the line.
    """
    head: dict[str, str] = {}
    facts: dict[str, GoldFact] = {}
    held: list[GoldText] = []
    part, paragraph, current = "head", 0, None
    for number, raw in enumerate(text.splitlines(), start=1):
        where = f"{name}:{number}"
        line = raw.rstrip()
        if line.startswith("baseline:"):
            part, paragraph = "text", 0
            current = _article(["baseline", *_split(line[9:])], where)
            held.append(current)
        elif line == "facts:":
            part, current = "facts", None
        elif line == "articles:":
            part, current = "text", None
        elif part == "head":
            if line.strip():
                match = _HEAD.match(line)
                if match is None:
                    raise GoldError(f"{where}: the head has lines 'word: text'")
                head[match[1]] = match[2].strip()
        elif part == "facts":
            if line.strip():
                fact = _fact(line, where)
                if fact.name in facts:
                    raise GoldError(f"{where}: {fact.name} stands twice")
                facts[fact.name] = fact
        elif line.startswith("== "):
            paragraph = 0
            current = _article(_split(line[3:]), where)
            held.append(current)
        elif current is None:
            if line.strip():
                raise GoldError(f"{where}: text before the first article")
        elif line.startswith("T "):
            current.title = line[2:].strip()
        elif not line.strip():
            paragraph += 1
        else:
            current.sentences.append(_sentence(line, paragraph, where))
    if not held or held[0].name != "baseline":
        raise GoldError(f"{name}: has no baseline")
    mission = GoldMission(name, head, held[0], facts, held[1:])
    _close(mission)
    return mission


def _close(mission: GoldMission) -> None:
    by_name = {article.name: article for article in mission.articles}
    if len(by_name) != len(mission.articles):
        raise GoldError(f"{mission.name}: an article's number stands twice")
    for article in mission.articles:
        if article.twin_of:
            if article.twin_of not in by_name:
                raise GoldError(f"{mission.name}: article {article.name} is the twin of none")
            if not article.sentences:
                article.sentences = list(by_name[article.twin_of].sentences)
        if not article.title or not article.sentences:
            raise GoldError(f"{mission.name}: article {article.name} has no title or no sentence")
    for article in (mission.baseline, *mission.articles):
        for sentence in article.sentences:
            for told in sentence.told:
                if told.fact not in mission.facts:
                    raise GoldError(f"{mission.name}: article {article.name} tells the unknown {told.fact}")
                if told.news and told.fact.startswith("K"):
                    raise GoldError(f"{mission.name}: article {article.name} tells {told.fact}, background, as news")


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


def _article(meta: list[str], where: str) -> GoldText:
    if meta[0] == "baseline":
        meta = [*meta[:3], "background", *meta[3:]]
    if len(meta) != 5:
        raise GoldError(f"{where}: an article begins with number | published | outlet | kind | source")
    kind, _, twin = meta[3].partition(" ")
    if kind not in KINDS:
        raise GoldError(f"{where}: {kind!r} is none of {', '.join(KINDS)}")
    try:
        published = datetime.fromisoformat(meta[1].replace("Z", "+00:00"))
    except ValueError as error:
        raise GoldError(f"{where}: {meta[1]!r} is no ISO 8601 time") from error
    if published.tzinfo is None:
        raise GoldError(f"{where}: {meta[1]!r} has no zone; write Z")
    return GoldText(meta[0], published.astimezone(UTC), meta[2], kind, meta[4], twin_of=twin.strip())


def _fact(line: str, where: str) -> GoldFact:
    pieces = _split(line)
    if len(pieces) not in (6, 7):
        raise GoldError(f"{where}: a fact is name | day | slot[key] | stage | parts | summary | options")
    name, day, slot_key, stage, parts, summary = pieces[:6]
    match = _SLOT.match(slot_key)
    if match is None or match[1] not in SLOTS:
        raise GoldError(f"{where}: {slot_key!r} is no slot[key]")
    keys = tuple(key.strip() for key in (match[2] or "").split(" & ") if key.strip())
    if (match[1] in UNKEYED) == bool(keys):
        raise GoldError(f"{where}: {match[1]} takes {'no' if keys else 'a'} key")
    if name.startswith("K") != (day == "before"):
        raise GoldError(f"{where}: an event E has a day; what was known before, K, has 'before'")
    if day != "before":
        _day(day, where)
    options = _options(pieces[6] if len(pieces) == 7 else "", where)
    each = tuple(_parts(piece, where) for piece in parts.split(" & "))
    if len(each) > 1 and len(each) != len(keys):
        raise GoldError(f"{where}: parts are given once, or once for each of {len(keys)} keys")
    try:
        found = Stage(stage)
    except ValueError as error:
        raise GoldError(f"{where}: {stage!r} is no stage") from error
    return replace(GoldFact(name, day, match[1], keys, found, each, summary), **options)


def _options(text: str, where: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for option in filter(None, (piece.strip() for piece in text.split(";"))):
        word, _, value = option.partition("=")
        try:
            if word == "aspect_alt":
                out[word] = tuple(Aspect(v.strip()) for v in value.split(","))
            elif word == "stage_alt":
                out[word] = tuple(Stage(v.strip()) for v in value.split(","))
            elif option == "borderline":
                out[word] = True
            elif option == "core=no":
                out["core"] = False
            else:
                raise GoldError(f"{where}: {option!r} is no option")
        except GoldError:
            raise
        except ValueError as error:
            raise GoldError(f"{where}: {option!r}: {error}") from error
    return out


def _parts(text: str, where: str) -> Parts:
    out: dict[str, str] = {}
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        word, equals, value = (side.strip() for side in piece.partition("="))
        if word in NUMBERS:
            if not _NUMBER.match(value):
                raise GoldError(f"{where}: {piece!r}: write a number, or 200-300")
        elif word in DATES:
            _day(value, where)
        elif word not in TEXTS or not equals or not value:
            raise GoldError(f"{where}: {piece!r} is no part")
        if word == "movement" and value not in MOVEMENTS:
            raise GoldError(f"{where}: {value!r} is no movement")
        out[word] = value
    return out


def _day(text: str, where: str) -> None:
    try:
        if not _DAY.match(text):
            raise ValueError(text)
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError as error:
        raise GoldError(f"{where}: {text!r} is no day, month or year as 2014-03-01, 2014-03, 2014") from error


def _sentence(line: str, paragraph: int, where: str) -> Sentence:
    label, tab, text = line.partition("\t")
    if not tab or not text.strip():
        raise GoldError(f"{where}: a sentence is a label, a tab and the sentence")
    kinds: list[str] = []
    told: list[Told] = []
    rest = label
    for match in _TOKEN.finditer(label):
        rest = rest.replace(match[0], " ", 1)
        if match[1]:
            kinds.append(match[1])
        elif kinds and kinds[-1] in "NnB":
            told.append(Told(match[2], kinds[-1] in "Nn", _parts(match[3] or "", where)))
        else:
            raise GoldError(f"{where}: {match[0]} needs N, n or B before it")
    if rest.strip() or not kinds:
        raise GoldError(f"{where}: {label!r} is no label")
    if kinds[0] in "NnB" and not told:
        raise GoldError(f"{where}: {kinds[0]} needs a fact")
    return Sentence(kinds[0], tuple(told), text.strip(), paragraph)


def sentences(mission: GoldMission) -> Iterator[tuple[GoldText, Sentence]]:
    """Every sentence of the mission's articles, with its article."""
    for article in mission.articles:
        for sentence in article.sentences:
            yield article, sentence
