"""Known advisories on the locked packages, asked of a database with the API of OSV (https://google.github.io/osv.dev/api/)."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any

from tests.supply.locked import Locked

TIME_LIMIT = 30.0  # seconds for one request
_AT_ONCE = 500  # queries in a request; OSV takes 1,000
_MAX_ANSWER = 20_000_000  # bytes


class NotCheckedError(Exception):
    """No database could be asked: nothing is known, which is not the same as no advisory."""


def advisories(packages: Sequence[Locked], database: str, *, time_limit: float = TIME_LIMIT) -> dict[str, list[str]]:
    """Return the ids of the advisories on each package that has some, by its package URL.

    Raises:
        NotCheckedError: the database can't be reached, or does not answer as OSV does; says why.
    """
    found: dict[str, list[str]] = {}
    for start in range(0, len(packages), _AT_ONCE):
        part = packages[start : start + _AT_ONCE]
        asked = {one.purl: {"package": {"purl": one.purl}} for one in part}
        while asked:
            results = _ask(database, list(asked.values()), time_limit)
            more = {}
            for (purl, query), result in zip(list(asked.items()), results, strict=True):
                if ids := [str(one["id"]) for one in result.get("vulns", [])]:
                    found.setdefault(purl, []).extend(ids)
                if token := result.get("next_page_token"):
                    more[purl] = {**query, "page_token": token}
            if more == asked:
                raise NotCheckedError(f"{database} sends the same page again and again.")
            asked = more
    return found


def _ask(database: str, queries: list[dict[str, Any]], time_limit: float) -> list[dict[str, Any]]:
    if not database.startswith(("https://", "http://127.0.0.1:")):
        raise NotCheckedError(f"{database or 'no address'} is no https address of a database.")
    request = urllib.request.Request(
        f"{database.rstrip('/')}/v1/querybatch",
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=time_limit) as answer:
            results = json.loads(answer.read(_MAX_ANSWER))["results"]
            if len(results) != len(queries) or not all(isinstance(one, dict) for one in results):
                raise ValueError("not an answer to each query")
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise NotCheckedError(f"{database} can't be asked: {error}.") from error
    return list(results)
