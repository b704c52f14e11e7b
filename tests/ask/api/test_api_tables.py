"""What spreadsheets and dashboards ask for, by the requests that they send: flat rows with times, whole, and harmless.

Google's IMPORTDATA and Excel's Power Query send a GET with nothing but the address, or with the password of Basic;
Grafana's data source Infinity sends a bearer token, and reads JSON by its type, or CSV.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ask.api.asker import Asker
from tests.ask.api.conftest import TOKEN, TOKENS
from tests.site.world import TOLD, VOTE, change_of, tell, write_many, write_world

LISTS = ("board?", "changes?", "status?", "feeds?", "search?q=voted&", "search?q=voted&in=claims&", "why?id={}&")
PATHS = [
    "/v1/watches?",
    f"/v1/haiti/evidence/{change_of(VOTE).change_id}?",
    *(f"/v1/haiti/{one.format(change_of(VOTE).change_id)}" for one in LISTS),
]
TIMES = ("known_at", "published", "delivered_at", "last_polled_at", "taken_back_at", "clock", "published_at")
DAYS = ("held_from", "since", "event_date", "unconfirmed_since")
FORMULA = '=HYPERLINK("http://x.example")'


def table_of(answer: httpx.Response) -> Sequence[Mapping[str, str]]:
    """The rows of an answer as CSV, by column."""
    return list(csv.DictReader(io.StringIO(answer.text)))


# -- rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_rows_are_an_array_of_flat_objects(client: Asker, path: str) -> None:
    answer = client.ask(f"{path}format=rows")
    rows = answer.json()

    assert answer.headers["content-type"] == "application/json"
    assert rows
    assert {type(value) for row in rows for value in row.values()} <= {str, int, float, bool, type(None)}


@pytest.mark.parametrize("path", PATHS)
def test_csv_has_the_same_rows_and_columns(client: Asker, path: str) -> None:
    rows, table = client.ask(f"{path}format=rows").json(), table_of(client.ask(f"{path}format=csv"))

    assert [list(row) for row in table] == [list(row) for row in rows]


@pytest.mark.parametrize("form", ["rows", "csv"])
def test_times_and_days_are_those_of_iso_8601(client: Asker, form: str) -> None:
    found: dict[str, set[str]] = {}
    for path in PATHS:
        answer = client.ask(f"{path}format={form}")
        for row in answer.json() if form == "rows" else table_of(answer):
            for name in row.keys() & {*TIMES, *DAYS}:
                found.setdefault(name, set()).update({row[name]} - {None, ""})

    assert {"known_at", "published", "held_from", "since"} <= found.keys()
    for name, values in found.items():
        for value in values:
            assert "T" in value if name in TIMES else len(value) == 10
            read = datetime.fromisoformat(value) if name in TIMES else date.fromisoformat(value)
            assert not isinstance(read, datetime) or read.tzinfo is not None


def test_an_empty_list_is_an_empty_array(client: Asker) -> None:
    assert client.ask("/v1/haiti/changes?format=rows&since=2100-01-01").json() == []


# -- Grafana ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["2025-10-01T00:00:00.000Z", "2025-10-01"])
def test_grafanas_own_times_may_stand_in_the_address(client: Asker, end: str) -> None:
    rows = client.ask(f"/v1/haiti/changes?since=2025-09-29T00:00:00.000Z&until={end}&format=rows").json()

    assert [row["headline"] for row in rows][:1] == [
        "The mission's mandate: a new force -> a new force until 2 October 2026 (decided 30 Sep)"
    ]


def test_grafana_asks_for_csv_by_its_type_with_a_bearer_token(serve: Callable[..., Asker]) -> None:
    answer = serve(tokens=lambda: TOKENS).ask(
        "/v1/haiti/board", accept="text/csv; charset=utf-8, text/plain", authorization=f"Bearer {TOKEN}"
    )

    assert answer.headers["content-type"].startswith("text/csv")
    assert {row["aspect"] for row in table_of(answer)} >= {"mandate", "funding"}


# -- spreadsheets ----------------------------------------------------------------------------------


def basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'anybody:{password}'.encode()).decode()}"


@pytest.mark.parametrize(("query", "headers"), [(f"&token={TOKEN}", {}), ("", {"authorization": basic(TOKEN)})])
def test_a_spreadsheet_is_let_in_by_the_address_or_by_a_password(
    serve: Callable[..., Asker], query: str, headers: dict[str, Any]
) -> None:
    answer = serve(tokens=lambda: TOKENS).ask(f"/v1/haiti/board?format=csv{query}", **headers)

    assert answer.status_code == 200
    assert TOKEN not in answer.text
    assert answer.headers["cache-control"] == "private, no-cache"


def test_a_table_is_whole_where_a_list_has_pages(tmp_path: Path, serve: Callable[..., Asker]) -> None:
    write_many(tmp_path, 260)
    client = serve(tmp_path, per_minute=0)

    assert len(client.ask("/v1/haiti/changes").json()["changes"]) == 50
    assert len(table_of(client.ask("/v1/haiti/changes?format=csv"))) > 250
    assert len(client.ask("/v1/haiti/changes?format=rows").json()) > 250
    assert len(client.ask("/v1/haiti/changes?format=rows&limit=3").json()) == 3


def test_what_an_article_says_runs_nowhere(tmp_path: Path, serve: Callable[..., Asker]) -> None:
    hostile = tell("formula", f"{FORMULA} is said.", day="2025-10-16", subject=FORMULA, value="+1", title="@SUM(A1)")
    write_world(tmp_path, (*TOLD, hostile))
    (row,) = [
        row
        for row in table_of(serve(tmp_path).ask("/v1/haiti/changes?format=csv"))
        if row["article_id"] == str(hostile.article.article_id)
    ]

    assert (row["subject"], row["value"], row["title"]) == (f"'{FORMULA}", "'+1", "'@SUM(A1)")
    assert row["quote"] == f"'{FORMULA} is said."
