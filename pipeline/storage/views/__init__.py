"""The views and macros that analysts read, each written once as SQL, and the queries that they share.

A file of this folder is a script: what it defines, and what each column means. It is a Jinja template for three
purposes: ``{% include "queries/board.sql" %}`` puts in a query that several views or Python ask, ``{{ day(...) }}`` an
expression that stands often (``expressions.sql``), and ``{{ holding | literals }}`` one of the values below, of which
the rules in Python are made too. A view holds the whole of its query and reads tables only: a macro or view that it
calls would not be found in a file that is attached beside others, and a store that is written anew is copied in an
order of DuckDB's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline.model.succession import ENDINGS, ENDS_WITH_MISSION, HOLDING, SLOTS_OF_UNTYPED
from pipeline.storage.connection import Connection
from pipeline.storage.schema import literal

if TYPE_CHECKING:
    from jinja2 import Environment

UNCONFIRMED_AFTER: Final = 90  # days for which a row of the baseline may stand though nobody has said so again

# All that the templates take from Python.
_VALUES = {
    "ends_with_mission": sorted(ENDS_WITH_MISSION),  # slots
    "holding": sorted(HOLDING),  # stages
    "endings": tuple(ENDINGS.items()),  # slots, and the stage in which each says that the mission is over
    "slots_of_untyped": tuple(SLOTS_OF_UNTYPED.items()),  # aspects, and the slot of a row that has none
    "unconfirmed_after": UNCONFIRMED_AFTER,
    "as_of": None,  # the board's two times, where nobody says otherwise
    "known_at": None,
}


def define_views(db: Connection) -> None:
    """Define all views and macros of ``db`` anew, with what they and their columns mean."""
    templates = _templates()
    for name in sorted(templates.list_templates(filter_func=lambda name: "/" not in name and name.endswith(".sql"))):
        db.script(templates.get_template(name).render())


def query(name: str, *, as_of: str | None = None, known_at: str | None = None) -> str:
    """Return a query of the folder ``queries``.

    Args:
        name: its file, without the suffix.
        as_of: what held by the end of this day only: an SQL expression; for those that ask the board.
        known_at: what could be known by then only, likewise.
    """
    return _templates().get_template(f"queries/{name}.sql").render(as_of=as_of, known_at=known_at)


@cache
def _templates() -> Environment:
    # Imported when it is needed first, 50 ms: most commands only ask views that are there.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # noqa: S701 -- SQL of this package, no HTML
        loader=PackageLoader("pipeline.storage", "views"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= _VALUES
    environment.filters |= {"literal": literal, "literals": _literals}
    return environment


def _literals(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))
