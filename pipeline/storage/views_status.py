"""The view ``status``: where each mission stands, in one row. It looks at the board and nothing else."""

from __future__ import annotations

from pipeline.storage.views import View, make_view

_HOLDS = "stage IN ('decided', 'in_effect')"


def _last(value: str, condition: str) -> str:
    """The newest ``value`` among the rows of the board that ``condition`` takes."""
    return f"arg_max({value}, since) FILTER (({condition}) AND {value} IS NOT NULL)"


def _post(key: str) -> tuple[str, str]:
    return "person", f"slot = 'command' AND key = '{key}' AND {_HOLDS}"


# What is the newest of its kind: the value, and the rows of the board that have it.
_NEWEST = {
    "lead": ("value", f"aspect = 'lead' AND {_HOLDS}"),
    "head": _post("head of mission"),
    "force_commander": _post("force commander"),
    "mandate_until": ("until", f"slot = 'term' AND {_HOLDS}"),
    "ceiling": ("figure_high", f"slot = 'ceiling' AND {_HOLDS}"),
    "deployed": ("figure_high", "slot IN ('deployed', 'movement') AND stage = 'in_effect' AND role IS NULL"),
    "budget": ("amount", f"slot = 'budget' AND {_HOLDS}"),
    "shortfall": ("amount", "slot = 'shortfall' AND stage IN ('decided', 'in_effect', 'proposed')"),
    "successor": ("coalesce(organisation, item)", f"slot = 'successor' AND {_HOLDS}"),
}
_CONTRIBUTES = (
    "slot = 'contribution' AND key <> '' AND stage IN ('decided', 'in_effect') AND coalesce(act, '') <> 'withdraws'"
)
_DIED = "(coalesce(killed, 0) + coalesce(CAST(parts ->> '$.died_of_wounds' AS BIGINT), 0))"


def _dead(condition: str) -> str:
    """The dead of the incidents that ``condition`` takes; null where there is no incident."""
    return f"sum({_DIED}) FILTER (slot = 'incident' AND stage = 'in_effect' AND {condition})"


_COLUMNS: tuple[tuple[str, str, str], ...] = (
    (
        "phase",
        """CASE
            WHEN bool_or(slot = 'term' AND stage = 'ended') AND NOT coalesce(bool_or(slot = 'successor'
                AND stage IN ('decided', 'in_effect')), false) THEN 'ended'
            WHEN bool_or(slot = 'term' AND act = 'ends' AND stage IN ('planned', 'decided')) THEN 'ending'
            WHEN bool_or(slot IN ('deployed', 'contribution', 'presence', 'movement', 'operation', 'milestone')
                AND stage IN ('in_effect', 'ended'))
                OR bool_or(aspect = 'deployment' AND stage = 'in_effect') THEN 'active'
            WHEN bool_or(slot IN ('contribution', 'presence', 'movement') AND stage = 'decided') THEN 'deploying'
            WHEN bool_or(slot IN ('term', 'authorisation') AND stage IN ('decided', 'in_effect')) THEN 'authorised'
            ELSE 'planned' END""",
        "What it is at: planned, authorised, deploying, active, ending or ended, from its rows.",
    ),
    ("lead", _last(*_NEWEST["lead"]), "Who leads it."),
    ("head", _last(*_NEWEST["head"]), "Its head."),
    ("force_commander", _last(*_NEWEST["force_commander"]), "Its force commander."),
    ("mandate_until", _last(*_NEWEST["mandate_until"]), "Until when its mandate runs, as far as told."),
    ("ceiling", _last(*_NEWEST["ceiling"]), "How many people it may have."),
    ("deployed", _last(*_NEWEST["deployed"]), "How many it has."),
    (
        "contributors",
        "string_agg(key || CASE WHEN figure_high IS NULL THEN '' ELSE ' ' || CAST(figure_high AS BIGINT) END, ', ' "
        f"ORDER BY figure_high DESC NULLS LAST, key) FILTER ({_CONTRIBUTES})",
        "The countries that send people, the most first, with numbers where they are known.",
    ),
    ("budget", _last(*_NEWEST["budget"]), "Its budget, in units of its currency."),
    ("shortfall", _last(*_NEWEST["shortfall"]), "What it lacks."),
    (
        "dead",
        f"greatest(any_value(toll) + coalesce({_dead('since > counted_to')}, 0), {_dead('true')})",
        "Its dead so far: the highest sum that was told and those of incidents since, or those of all incidents on the "
        "board, whichever is more. What is not confirmed, or was denied, is not counted.",
    ),
    ("successor", _last(*_NEWEST["successor"]), "What takes its place, or it has become."),
    ("last_change", "max(known_at) FILTER (verdict <> 'baseline')", "When it last changed, by publication."),
)


def status_query(board: str) -> str:
    """One row a watch from the rows that ``board``, a query, gives."""
    told = ", ".join(f"{query} AS {name}" for name, query, _ in _COLUMNS)
    return f"""
WITH board_rows AS ({board}),
told AS (
    SELECT watch, max(killed) AS toll, arg_max(since, killed) AS counted_to
    FROM board_rows WHERE slot = 'toll' AND stage = 'in_effect' GROUP BY watch
)
SELECT watch, {told} FROM board_rows LEFT JOIN told USING (watch)
GROUP BY watch ORDER BY watch"""  # noqa: S608 -- from this package


def status_basis_query(board: str) -> str:
    """One row a watch from the rows that ``board``, a query, gives: the changes on which each column of status rests.

    What is summed up or listed rests on several, the newest or largest first; the phase is drawn from the whole board.
    """
    newest = (
        f"{_last('change_id', f'{condition} AND {value} IS NOT NULL')} AS {name}"
        for name, (value, condition) in _NEWEST.items()
    )
    return f"""
SELECT watch, {", ".join(newest)},
       list(change_id ORDER BY figure_high DESC NULLS LAST, key) FILTER ({_CONTRIBUTES}) AS contributors,
       list(change_id ORDER BY since DESC, change_id) FILTER (
           slot = 'toll' AND stage = 'in_effect' OR slot = 'incident' AND stage = 'in_effect' AND {_DIED} > 0) AS dead,
       arg_max(change_id, known_at) FILTER (verdict <> 'baseline') AS last_change
FROM ({board}) GROUP BY watch"""  # noqa: S608 -- from this package


def status_view(board: str) -> View:
    """The view, over the query of the board."""
    return make_view(
        "status",
        "Where each mission stands, at a glance: one row a watch, from the typed rows of the board.",
        status_query(board),
        ("watch", "The watch's short name."),
        *((name, meaning) for name, _, meaning in _COLUMNS),
    )
