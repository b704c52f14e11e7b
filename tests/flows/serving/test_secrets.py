"""A secret reaches whom it is for, and no other place: a block's or a variable's its channel, a key its feed."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic_core import PydanticCustomError

from flows.run import secrets
from flows.run.secrets import secret_of
from pipeline.model.errors import DeliveryError
from pipeline.watches.values import check_channel
from tests.flows.serving.patience import call
from tests.flows.serving.server import ROOT, PrefectServer
from tests.flows.serving.test_artifacts import AFTER, BEFORE, rounds
from tests.notify.sinks import Sink
from tests.torture.small import make_small_watch

# Each of them a word that nothing else holds.
BLOCK_TOKEN, BLOCK_PASSWORD = "blk-9f27c1e84d", "hunter2-6b1f0c"
ENV_TOKEN = "env-4c8d20aa71"
FEED_KEY = "fk-0b93d5e1f7"  # of the archive's feeds
SECRETS = (BLOCK_TOKEN, BLOCK_PASSWORD, ENV_TOKEN, FEED_KEY)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run with secrets left behind."""

    server: PrefectServer
    home: Path  # the server's
    data: Path  # the watch's
    printed: str
    paths: list[str]  # that were posted to


def forms(secret: str) -> dict[str, bytes]:
    """The secret as it might stand somewhere."""
    text = secret.encode()
    whole = base64.b64encode(text).rstrip(b"=")
    return {"as it is": text, "encoded": whole, "backwards": text[::-1], "in an address": quote(secret).encode()}


def holders(folder: Path, secret: str) -> list[str]:
    """The files under ``folder`` that hold ``secret``, and in which form."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        found += [f"{path.relative_to(folder)}: {how}" for how, form in forms(secret).items() if form in data]
    return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """Two rounds with changes whose alerts go to a Secret block's address and to a variable's."""
    base = tmp_path_factory.mktemp("secrets")
    watch = with_keyed_feeds(make_small_watch(base / "haiti"), FEED_KEY)
    file = watch / "watch.toml"
    file.write_text(
        file.read_text().replace('channels = ["console", "file"]', 'channels = ["file", "secret:desk", "env:DESK_URL"]')
    )
    with Sink() as sink, PrefectServer().start(base / "prefect") as server:
        address = f"json://ann:{BLOCK_PASSWORD}@{sink.where}/{BLOCK_TOKEN}"
        environ = {**server.env(), "DESK_URL": f"json://{sink.where}/{ENV_TOKEN}", "PREFECT_LOGGING_LEVEL": "DEBUG"}
        save_secret(address, environ)
        printed: list[str] = []
        done = rounds(watch, base / "data", environ, BEFORE, AFTER, said=printed)
        # The same with both channels down: what fails is told with less care than what works.
        sink.status = 500
        again = rounds(watch, base / "failed", environ, BEFORE, AFTER, said=printed)
        assert done[1][1]["alerts_delivered"] > 0
        assert again[1][1]["alerts_failed"] > 0
        yield Ran(server, base / "prefect", base, "".join(printed), [path for path, _, _ in sink.got])


def with_keyed_feeds(watch: Path, key: str) -> Path:
    """``watch``, with ``key`` in the address of each feed of its archive, whose server knows no other."""
    outlets = watch / "archive" / "outlets.toml"
    tables = re.split(r"(?m)^(?=\[\[)", outlets.read_text("utf-8"))
    keyed = [re.sub(r'(?m)^path = "(.*)"$', rf'path = "\1?api_key={key}"', one) for one in tables if "[[feed]]" in one]
    outlets.write_text("".join([*keyed, *(one for one in tables if "[[feed]]" not in one)]))
    return watch


def save_secret(value: str, environ: dict[str, str]) -> None:
    """Save ``value`` as the Secret block ``desk``, as an operator's script does: not on a command line."""
    code = "import sys; from prefect.blocks.system import Secret; Secret(value=sys.stdin.read()).save('desk')"
    done = subprocess.run(
        [sys.executable, "-c", code], input=value, text=True, env=environ, cwd=ROOT, timeout=120, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def everything(server: PrefectServer, path: str) -> str:
    """All that the API tells at ``path``, page by page where it has pages."""
    found = call(server, "POST", f"/{path}/filter", {"limit": 200} if path != "events" else {"limit": 50})
    told = json.dumps(found)
    while isinstance(found, dict) and found.get("next_page"):
        found = call(server, "GET", found["next_page"].removeprefix(server.url))
        told += json.dumps(found)
    return told


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_both_secrets_were_used(ran: Ran) -> None:
    assert {f"/{BLOCK_TOKEN}", f"/{ENV_TOKEN}"} <= {path.split("?")[0] for path in ran.paths}


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_stands_in_the_stores_the_published_files_or_the_alert_files(ran: Ran, secret: str) -> None:
    for folder in ("data", "failed"):
        names = {path.name for path in (ran.data / folder).rglob("*") if path.is_file()}
        assert {"live.duckdb", "missionwatch.duckdb", "haiti.jsonl"} <= names
        assert holders(ran.data / folder, secret) == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_stands_in_what_the_runs_printed(ran: Ran, secret: str) -> None:
    assert "Flow run 'monitor haiti " in ran.printed
    assert [how for how, form in forms(secret).items() if form in ran.printed.encode()] == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", ["logs", "artifacts", "events", "flow_runs", "task_runs", "block_documents"])
def test_no_secret_is_told_by_the_servers_api(ran: Ran, path: str) -> None:
    told = everything(ran.server, path)

    assert "haiti" in told or path in ("block_documents", "task_runs")
    assert [secret for secret in SECRETS if any(form in told.encode() for form in forms(secret).values())] == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_stands_in_the_servers_files_where_blocks_are_encrypted(ran: Ran, secret: str) -> None:
    assert (ran.home / "prefect.db").stat().st_size > 0
    assert holders(ran.home, secret) == []


async def test_a_variable_gives_its_value() -> None:
    assert await secret_of("env:KEY", {"KEY": " k-1 "}) == ("k-1", "")


async def test_what_names_no_secret_gives_none_and_no_trouble() -> None:
    assert await secret_of("", {}) == ("", "")


async def test_a_variable_that_is_not_set_is_named() -> None:
    assert await secret_of("env:KEY", {}) == ("", "the environment variable KEY, which should hold its key, is not set")


async def test_a_value_that_no_header_takes_is_refused_and_not_shown() -> None:
    assert await secret_of("env:KEY", {"KEY": "a\nb"}) == (
        "",
        "what the environment variable KEY holds can't be sent as a key",
    )


async def test_a_secret_block_gives_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    async def held(name: str) -> str:
        return {"llm": "k-2"}[name]

    monkeypatch.setattr(secrets, "secret", held)

    assert await secret_of("secret:llm", {}) == ("k-2", "")


async def test_a_block_that_is_not_there_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def missing(name: str) -> str:
        raise DeliveryError(f"Prefect has no block secret/{name}.", remedy="Save it there anew.")

    monkeypatch.setattr(secrets, "secret", missing)

    assert await secret_of("secret:llm", {}) == ("", "Prefect has no block secret/llm. Save it there anew.")


@pytest.mark.parametrize("form", ["secret:desk", "prefect:slack-webhook/ops", "env:DESK_URL"])
def test_a_channel_may_name_where_its_address_is_kept(form: str) -> None:
    assert check_channel(form) == form


@pytest.mark.parametrize("form", ["secret:", "secret:Desk", "prefect:ops", "prefect:slack-webhook/"])
def test_a_channel_that_names_no_block_is_refused(form: str) -> None:
    with pytest.raises(PydanticCustomError, match="unknown channel form"):
        check_channel(form)


def test_the_search_finds_a_secret_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" + BLOCK_TOKEN.encode() + b"y")
    (tmp_path / "b.bin").write_bytes(base64.b64encode(ENV_TOKEN.encode()))

    assert holders(tmp_path, BLOCK_TOKEN) == ["a.log: as it is", "a.log: in an address"]
    assert holders(tmp_path, ENV_TOKEN) == ["b.bin: encoded"]
