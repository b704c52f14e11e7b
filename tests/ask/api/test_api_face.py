"""Questions and files over HTTP: answers, copies that are still right, and what is told where there is no answer."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ask.api.app import PER_MINUTE
from pipeline.ask.api.problems import MEDIA_TYPE
from pipeline.cli import api as command
from pipeline.model.errors import BusyError
from pipeline.site.files import write
from tests.ask.api.asker import Asker
from tests.ask.api.conftest import TOKEN, TOKENS
from tests.site.world import TOLD, VOTE, change_of, write_world

VOTED = str(change_of(VOTE).change_id)
QUOTE = "The Security Council voted on Tuesday for a new force until 2 October 2026."


# -- questions ---------------------------------------------------------------------------------


def test_the_board_is_told_with_its_sentences(client: Asker) -> None:
    answer = client.ask("/v1/haiti/board?aspect=mandate")

    assert answer.status_code == 200
    (row,) = answer.json()["rows"]
    assert (row["stage"], row["citation"]["quote"]) == ("decided", QUOTE)


def test_the_board_is_told_as_it_stood_on_a_day(client: Asker) -> None:
    rows = client.ask("/v1/haiti/board?as_of=2025-09-01&aspect=mandate").json()["rows"]

    assert [row["stage"] for row in rows] == ["proposed"]


def test_changes_come_in_pages_that_lead_to_the_next(client: Asker) -> None:
    path, found = "/v1/haiti/changes?limit=5", []
    for _ in range(10):
        answer = client.ask(path)
        found += [row["change_id"] for row in answer.json()["changes"]]
        if "next" not in answer.links:
            break
        path = f"/v1/haiti/changes{answer.links['next']['url']}"

    assert len(found) == len(set(found)) == len(client.ask("/v1/haiti/changes?limit=200").json()["changes"]) > 10


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("/v1/watches", "watches"),
        ("/v1/haiti/status", "facts"),
        ("/v1/haiti/search?q=voted&in=claims", "claims"),
        ("/v1/haiti/search?q=voted", "articles"),
        (f"/v1/haiti/why?id={VOTED}", "changes"),
        (f"/v1/haiti/evidence/{VOTED[:8]}", "evidence"),
        ("/v1/haiti/feeds", "feeds"),
    ],
)
def test_each_question_is_answered_with_a_list(client: Asker, path: str, items: str) -> None:
    answer = client.ask(path)

    assert answer.status_code == 200, answer.text
    assert answer.json()[items]


def test_of_two_parameters_of_one_name_the_last_counts(client: Asker) -> None:
    limits = [len(client.ask(f"/v1/haiti/board?limit={one}").json()["rows"]) for one in ("1&limit=2", "2&limit=1")]

    assert limits == [2, 1]


# -- CSV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "accept"), [("?format=csv", "*/*"), ("", "text/csv")])
def test_a_spreadsheet_gets_the_list_with_a_header(client: Asker, path: str, accept: str) -> None:
    answer = client.ask(f"/v1/haiti/board{path}", accept=accept)
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert QUOTE in {row["quote"] for row in rows}
    assert len(rows) == len(client.ask("/v1/haiti/board").json()["rows"])


def test_an_empty_list_has_a_header_too(client: Asker) -> None:
    answer = client.ask("/v1/haiti/changes?format=csv&since=2100-01-01")

    assert answer.text.startswith("headline,aspect,slot,key,")
    assert answer.text.count("\n") == 1


# -- copies that are still right ---------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/haiti/board", "/v1/watches", "/site/haiti/changes.atom"])
def test_a_copy_that_is_still_right_is_not_sent_again(client: Asker, path: str) -> None:
    first = client.ask(path)
    by_tag = client.ask(path, if_none_match=first.headers["etag"])
    by_time = client.ask(path, if_modified_since=first.headers["last-modified"])

    assert (first.status_code, by_tag.status_code, by_time.status_code) == (200, 304, 304)
    assert by_tag.content == b""
    assert by_tag.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"


def test_json_and_csv_are_told_apart(client: Asker) -> None:
    as_json, as_csv = (client.ask("/v1/haiti/board", accept=kind) for kind in ("application/json", "text/csv"))

    assert as_json.headers["etag"] != as_csv.headers["etag"]
    assert as_json.headers["vary"] == "Accept"


def test_after_a_publication_the_answer_is_another_one(tmp_path: Path, serve: Callable[..., Asker]) -> None:
    write_world(tmp_path, TOLD[:4])
    client = serve(tmp_path)
    before = client.ask("/v1/haiti/changes")
    write_world(tmp_path, TOLD)
    after = client.ask("/v1/haiti/changes", if_none_match=before.headers["etag"])

    assert after.status_code == 200
    assert len(after.json()["changes"]) > len(before.json()["changes"])


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("changes.atom", "application/atom+xml; charset=utf-8"),
        ("changes.json", "application/feed+json"),
        ("expected.ics", "text/calendar; charset=utf-8"),
        ("summary.json", "application/json"),
        ("timeline.png", "image/png"),
    ],
)
def test_the_files_of_the_site_are_served_as_they_were_written(
    client: Asker, folder: Path, name: str, kind: str
) -> None:
    answer = client.ask(f"/site/haiti/{name}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.content == (folder / "site" / "haiti" / name).read_bytes()


@pytest.mark.parametrize(
    "name", ["%2e%2e", "..%2f..%2flive.duckdb", ".hidden.json", "missing.json", "index.html.tmp", "..", "page.duckdb"]
)
def test_no_other_file_is(client: Asker, name: str) -> None:
    assert client.ask(f"/site/haiti/{name}").status_code == 404


def test_no_link_out_of_the_site_is_followed(tmp_path: Path, serve: Callable[..., Asker]) -> None:
    (tmp_path / "site" / "haiti").mkdir(parents=True)
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "site" / "haiti" / "summary.json").symlink_to(tmp_path / "secret.json")

    assert serve(tmp_path).ask("/site/haiti/summary.json").status_code == 404


def test_a_page_may_load_its_own_files_and_an_answer_nothing(client: Asker) -> None:
    page, answer = client.ask("/site/haiti/index.html"), client.ask("/v1/haiti/board")

    assert page.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert {page.headers["x-content-type-options"], answer.headers["x-content-type-options"]} == {"nosniff"}


# -- where there is no answer ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/v1/mali/board", 404, "There is no watch 'mali'."),
        ("/v1/haiti/evidence/00000000", 404, "No change of haiti begins with that id."),
        ("/v1/haiti/why?id=https://nowhere.example/a", 404, "Nothing is known of the address"),
        ("/v1/haiti/boards", 404, "There is nothing at this address."),
        ("/v1/haiti/board?as_of=2025-02-31", 400, "as_of is no day or time"),
        ("/v1/haiti/board?as_of=monday", 422, "as_of"),
        ("/v1/haiti/board?asof=2025-09-01", 422, "asof"),
        ("/v1/haiti/changes?limit=2001", 422, "limit"),
        ("/v1/haiti/changes?cursor=abc", 400, "The cursor is none of this question's."),
        ("/v1/haiti/search?q=vote&aspect=lead", 400, "aspect is of claims"),
        (f"/v1/haiti/search?q={'x' * 201}", 422, "q"),
        (f"/v1/haiti/why?id={'x' * 9_000}", 414, "An address has 8,192 characters at most."),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(client: Asker, path: str, status: int, told: str) -> None:
    answer = client.ask(path)
    problem = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert told in problem["detail"]
    assert (problem["status"], problem["type"]) == (status, "about:blank")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(client: Asker, method: str) -> None:
    answer = client.ask("/v1/haiti/board", method=method)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_a_head_is_a_get_without_its_body(client: Asker) -> None:
    got, head = client.ask("/site/haiti/changes.atom"), client.ask("/site/haiti/changes.atom", method="HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_before_the_first_publication_it_says_so_and_names_no_place(
    tmp_path: Path, serve: Callable[..., Asker]
) -> None:
    answer = serve(tmp_path).ask("/v1/haiti/status")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.json()["detail"].startswith("Nothing is published yet")
    assert str(tmp_path) not in answer.text


def test_a_damaged_file_is_told_without_its_place(tmp_path: Path, serve: Callable[..., Asker]) -> None:
    (tmp_path / "missionwatch.duckdb").write_bytes(b"no database" * 1000)
    answer = serve(tmp_path).ask("/v1/haiti/status")

    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


def test_a_question_that_took_too_long_may_be_asked_again_in_a_minute(serve: Callable[..., Asker]) -> None:
    asker = serve()

    def slow(*_: object, **__: object) -> None:
        raise BusyError("The question took longer than 20 seconds.", remedy="Ask for less.", retry_after=60)

    asker.face.ask.board = slow  # type: ignore[assignment,method-assign]
    answer = asker.ask("/v1/haiti/board")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert (answer.json()["detail"], answer.json()["remedy"]) == (
        "The question took longer than 20 seconds.",
        "Ask for less.",
    )


def test_a_fault_of_ours_tells_nothing_but_that(serve: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ask.model.Board.model_dump_json", lambda self: 1 / 0)
    answer = serve().ask("/v1/haiti/board")

    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "division" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


# -- who may ask -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/haiti/board", "/openapi.json", "/site/haiti/index.html", "/v1/nowhere"])
def test_without_a_token_nothing_is_told(serve: Callable[..., Asker], path: str) -> None:
    answer = serve(tokens=lambda: TOKENS).ask(path, authorization="Bearer wrong")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="missionwatch", Basic')


@pytest.mark.parametrize(("path", "header"), [("", f"Bearer {TOKEN}"), (f"?token={TOKEN}", "")])
def test_a_token_lets_in_and_no_cache_on_the_way_keeps_the_answer(
    serve: Callable[..., Asker], path: str, header: str
) -> None:
    answer = serve(tokens=lambda: TOKENS).ask(f"/v1/haiti/board{path}", host="watch.example.org", authorization=header)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"


def test_a_token_in_the_address_is_in_no_address_that_is_given_back(serve: Callable[..., Asker]) -> None:
    answer = serve(tokens=lambda: TOKENS).ask(f"/v1/haiti/changes?limit=1&token={TOKEN}")

    assert TOKEN not in answer.headers["link"]


def test_whether_it_is_up_needs_no_token(serve: Callable[..., Asker]) -> None:
    assert serve(tokens=lambda: TOKENS).ask("/health").text == "ok\n"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "192.0.2.7", "localhost.evil.example", ""])
def test_without_tokens_a_page_elsewhere_can_not_ask_under_its_own_name(client: Asker, host: str) -> None:
    assert client.ask("/v1/haiti/board", host=host).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "desk.localhost"])
def test_this_machine_is_answered_under_its_own_names(client: Asker, host: str) -> None:
    assert client.ask("/v1/haiti/board", host=host).status_code == 200


def test_who_asks_too_often_is_told_when_to_ask_again(serve: Callable[..., Asker]) -> None:
    client = serve(per_minute=2)
    answers = [client.ask("/health"), *(client.ask("/v1/watches") for _ in range(3))]
    client.seconds = float(answers[-1].headers["retry-after"])

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert client.ask("/v1/watches").status_code == 200


def test_guessing_tokens_is_counted_too(serve: Callable[..., Asker]) -> None:
    client = serve(tokens=lambda: TOKENS, per_minute=1)

    assert [client.ask("/v1/watches?token=guess").status_code for _ in range(2)] == [401, 429]
    assert client.ask(f"/v1/watches?token={TOKEN}").status_code == 200


# -- pages of other origins --------------------------------------------------------------------


def test_scripts_of_other_origins_may_read_nothing(client: Asker) -> None:
    answer = client.ask("/v1/haiti/board", origin="https://desk.example.org")

    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_an_origin_that_was_named_may(serve: Callable[..., Asker]) -> None:
    client = serve(tokens=lambda: TOKENS, origins=["https://desk.example.org"])
    preflight = client.ask(
        "/v1/haiti/board",
        method="OPTIONS",
        origin="https://desk.example.org",
        access_control_request_method="GET",
        access_control_request_headers="authorization",
    )
    answer = client.ask("/v1/haiti/board", origin="https://desk.example.org", authorization=f"Bearer {TOKEN}")
    other = client.ask("/v1/haiti/board", origin="https://evil.example", authorization=f"Bearer {TOKEN}")

    assert preflight.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://desk.example.org"
    assert "access-control-allow-origin" not in other.headers


# -- what stands in two places -----------------------------------------------------------------


def test_the_command_has_the_rate_of_the_face() -> None:
    assert command.PER_MINUTE == PER_MINUTE


def test_a_site_that_is_made_anew_is_served_anew(folder: Path, tmp_path: Path, serve: Callable[..., Asker]) -> None:
    where = Path(shutil.copytree(folder, tmp_path / "data"))
    client = serve(where)
    before = client.ask("/site/haiti/summary.json")
    write(where / "site" / "haiti" / "summary.json", b"another")
    after = client.ask("/site/haiti/summary.json", if_none_match=before.headers["etag"])

    assert after.text == "another"
