"""Who may read: tokens in a file, and in a request."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from pipeline.ask.api.server import terms_of
from pipeline.model.errors import UsageError, WatchFileError
from pipeline.site.web.tokens import TokenFile, add_token, hash_of, parse_tokens, token_in, whose

HASH = hash_of("secret")


def test_a_token_that_was_made_lets_in_by_its_name(tmp_path: Path) -> None:
    token = add_token(tmp_path / "tokens", "desk")

    assert whose(token, TokenFile(tmp_path / "tokens").load()) == "desk"


def test_the_file_holds_no_token_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    token = add_token(path, "desk")

    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_token_lets_nobody_in() -> None:
    assert whose("guess", parse_tokens(f"desk sha256:{HASH}", Path("tokens"))) == ""


def test_a_second_token_is_added_to_a_file_that_lacks_its_last_line_end(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text(f"desk sha256:{HASH}")
    path.chmod(0o600)
    add_token(path, "grafana")

    assert [one.name for one in TokenFile(path).load()] == ["desk", "grafana"]


def test_a_line_that_is_removed_lets_in_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    token = add_token(path, "desk")
    file = TokenFile(path)
    path.write_text("# nobody\n")

    assert whose(token, file.load()) == ""


def test_a_name_has_one_token(tmp_path: Path) -> None:
    add_token(tmp_path / "tokens", "desk")

    with pytest.raises(UsageError, match="There is a token of desk"):
        add_token(tmp_path / "tokens", "desk")


@pytest.mark.parametrize("line", ["desk", "desk sha256:123", "two words sha256:" + HASH, f"desk md5:{HASH}"])
def test_a_line_that_is_no_token_is_named(line: str) -> None:
    with pytest.raises(WatchFileError, match=r"tokens:2: this is no token"):
        parse_tokens(f"# ours\n{line}\n", Path("tokens"))


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    add_token(path, "desk")
    path.chmod(0o666)

    with pytest.raises(UsageError, match="Others than its owner can write"):
        TokenFile(path)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("authorization", "query", "token"),
    [
        ("Bearer abc", {}, "abc"),
        ("bearer  abc ", {}, "abc"),
        (basic("anybody:abc"), {}, "abc"),
        (basic("no colon"), {}, ""),
        ("Basic %%%", {}, ""),
        ("", {"token": "abc"}, "abc"),
        ("Bearer one", {"token": "two"}, "one"),
        ("", {}, ""),
    ],
)
def test_a_token_stands_in_the_header_or_else_in_the_address(authorization: str, query: dict, token: str) -> None:
    assert token_in(authorization, query) == token


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_loopback_no_token_is_needed(host: str) -> None:
    assert terms_of(host, None, (), 60).tokens is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "watch.example.org", ""])
def test_elsewhere_it_does_not_start_without_tokens(host: str) -> None:
    with pytest.raises(UsageError, match="no token is asked for"):
        terms_of(host, None, (), 60)


def test_a_file_without_tokens_lets_it_not_start(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# none yet\n")
    (tmp_path / "tokens").chmod(0o600)

    with pytest.raises(UsageError, match="holds no token"):
        terms_of("127.0.0.1", tmp_path / "tokens", (), 60)


@pytest.mark.parametrize(
    "origin", ["*", "null", "desk.example.org", "https://desk.example.org/path", "ftp://a.example"]
)
def test_an_origin_is_named_as_a_browser_sends_it(origin: str) -> None:
    with pytest.raises(UsageError, match="is no origin"):
        terms_of("127.0.0.1", None, (origin,), 60)
