"""The page as HTML: a template that escapes, and the changes as data for its script. Pure, but for the templates.

Nothing of a feed can act here: all words are escaped, links lead to http and https addresses only, and the policy
allows no script, style or picture but the page's own files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.alerts.compose import SURE_WORDS
from pipeline.alerts.message import safe_url
from pipeline.model import Aspect, Slot, Stage, escape
from pipeline.model.succession import SLOTS_OF_UNTYPED, ends_with_mission, is_ending, is_succession
from pipeline.model.text import format_day, format_moment, pluralise, safe
from pipeline.site import words
from pipeline.site.chart import PLOT, SPANS
from pipeline.site.feeds import slot_file
from pipeline.site.view import Card, View

TEMPLATES = Path(__file__).resolve().parent / "templates"
BESIDE = ("site.css", "site.js", "why.js", "icon.svg")
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_ACTS = re.compile("[<>&\u2028\u2029]")  # what could end the element that holds the data, or a line of it


@dataclass(frozen=True, slots=True)
class Picture:
    """The timeline, of which the page shows one at a time.

    Attributes:
        days: the last days, which it shows alone; None for all.
        svg: as :func:`pipeline.site.draw.for_page` made it.
        first, last: the times at its edges, as ISO 8601.
    """

    days: int | None
    svg: str
    first: str
    last: str

    @property
    def markup(self) -> Markup:
        """The SVG, which needs no escaping."""
        return Markup(self.svg)  # noqa: S704 - drawn by us, parsed, and only known elements kept


def page(view: View, pictures: Sequence[Picture], explained: Collection[str] = ()) -> str:
    """The page of ``view``.

    Args:
        view: what it says.
        pictures: the timeline, the whole one first; empty for none.
        explained: the places on the page that tells why, to which articles lead.
    """
    return environment().get_template("index.html").render(
        policy=POLICY,
        view=view,
        explained=frozenset(explained),
        pictures=pictures,
        spans=SPANS,
        data=Markup(data_of(view)),  # noqa: S704 - JSON in which nothing is markup
        stages=words.STAGES,
        aspects=[aspect for aspect in words.ASPECTS if any(card.aspect == aspect for card in view.known)],
        slots={slot: slot_file(slot) for slot in Slot if any(card.slot is slot for card in view.known)},
        subjects=sorted({card.subject for card in view.known}, key=str.casefold),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """A watch in short, for the page above it.

    Attributes:
        name: of its folder.
        title: its title.
        headline: whether it is quiet.
        round: when its last round was.
    """

    name: str
    title: str
    headline: str = ""
    round: str = ""


def home(watches: Sequence[Summary]) -> str:
    """The page above those of the ``watches``; with one watch alone it leads on to it."""
    return environment().get_template("home.html").render(policy=POLICY, watches=watches)


def summary_json(view: View) -> bytes:
    """The watch in short as JSON: for the page above, and for programs."""
    summary = {
        "watch": view.slug,
        "title": view.title,
        "headline": view.headline,
        "round": format_moment(view.now),
        "round_at": view.now.isoformat(),
        "changes": len(view.cards),
        "changes_in_seven_days": view.lately,
        "open_disputes": view.disputes,
        "feeds": len(view.feeds),
        "feeds_to_look_at": view.failing + view.doubtful,
        "feeds_failing": view.failing,
        "feeds_quiet": view.quiet,
    }
    return (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def data_of(view: View) -> str:
    """What the page's script must know, as JSON that may stand in an element: all changes in the board's order."""
    data = {
        "aspects": words.ASPECTS,
        "sure": SURE_WORDS,
        "plot": PLOT,
        "changes": [_row(card) for card in view.known],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _row(card: Card) -> list[object]:
    return [
        card.id,
        card.aspect,
        safe(card.subject),
        card.key,
        card.stage,
        safe(card.value),
        card.held.isoformat(),
        card.known.isoformat(),
        card.verdict,
        card.supersedes,
        card.before_stage,
        safe(card.before_value),
        round(card.confidence, 4),
        safe(card.disputed),
        [said.isoformat() for said in card.origins],
        _succession(card),
    ]


def _succession(card: Card) -> list[int]:
    """Return what the script closes rows by: does it end the mission, settle a successor, end with the mission?"""
    slot, stage = card.slot or SLOTS_OF_UNTYPED.get(Aspect(card.aspect)), Stage(card.stage)
    return [int(rule(slot, stage)) for rule in (is_ending, is_succession, ends_with_mission)]


def inline_style() -> tuple[str, Markup]:
    """Return the style sheet for a page that stands alone, and the policy that allows this one and nothing else."""
    style = (TEMPLATES / "site.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return policy, Markup(style)  # noqa: S704 - a file of ours


@cache
def environment() -> Environment:
    """The templates, which escape all that they show."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for form in (format_day, format_moment, pluralise, words.stage_words, words.value):
        environment.filters[form.__name__] = form
    environment.filters["safe_url"] = safe_url
    environment.finalize = escape.for_template
    return environment
