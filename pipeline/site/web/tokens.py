"""Who may read: the tokens of a file, which holds their hashes only.

A token has 256 random bits, so a plain SHA-256 keeps it: there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model.errors import UsageError, WatchFileError

PREFIX = "mwt_"  # so that a scanner for secrets, and a person, know one when they see it
MAX_FILE = 256 * 1024  # bytes
_LINE = re.compile(r"(?P<name>[\w.@+-]{1,64})\s+sha256:(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Token:
    """One line of the file: whose it is, and its hash."""

    name: str
    hash: str


def hash_of(token: str) -> str:
    """Return what the file holds of ``token``."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def parse_tokens(text: str, path: Path) -> tuple[Token, ...]:
    """Read the lines of a token file: a name and a hash each; empty lines and those that begin with # are passed over.

    Raises:
        WatchFileError: a line is something else, or a name stands there twice; says which.
    """
    found: dict[str, Token] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise WatchFileError(
                path,
                number,
                "this is no token: a name and sha256:HASH are expected.",
                remedy="Make one with `missionwatch api --new-token NAME --tokens FILE`.",
            )
        if match["name"] in found:
            raise WatchFileError(path, number, f"there is a token of {match['name']} already.", remedy="Remove one.")
        found[match["name"]] = Token(match["name"], match["hash"])
    return tuple(found.values())


def whose(token: str, known: tuple[Token, ...]) -> str:
    """Return the name that ``token`` was made for, or an empty string; takes as long whichever it is."""
    hashed, name = hash_of(token), ""
    for one in known:
        if hmac.compare_digest(hashed, one.hash):
            name = one.name
    return name


def token_in(authorization: str, query: Mapping[str, str]) -> str:
    """Return the token of a request, or an empty string.

    It stands in the header Authorization, as a bearer token or as the password of Basic, which browsers and
    spreadsheets ask for. Feed readers, calendars and IMPORTDATA send no header: for these it stands in the address.
    """
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        with suppress(binascii.Error, ValueError):
            return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
        return ""
    return query.get("token", "")


@dataclass(slots=True)
class TokenFile:
    """The tokens of the file at ``path``, read again when it is another one: a line removed there lets in no longer.

    Raises:
        UsageError: it can't be read, or others may write to it.
        WatchFileError: a line is no token.
    """

    path: Path
    _seen: tuple[int, int, int] = (0, 0, 0)
    _tokens: tuple[Token, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        self.load()

    def load(self) -> tuple[Token, ...]:
        """Return the tokens of now.

        Raises:
            UsageError: the file can't be read, or others may write to it.
            WatchFileError: a line is no token.
        """
        try:
            about = self.path.stat()
            seen = (about.st_ino, about.st_mtime_ns, about.st_size)
            if seen == self._seen:
                return self._tokens
            with self.path.open("rb") as file:
                text = file.read(MAX_FILE).decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(
                f"{self.path}, which holds the tokens, can't be read: {error.strerror or error}.",
                remedy="Make it with `missionwatch api --new-token NAME --tokens FILE`.",
            ) from error
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise UsageError(
                f"Others than its owner can write to {self.path}: whoever does can let anybody in.",
                remedy=f"chmod 600 {self.path}",
            )
        self._tokens, self._seen = parse_tokens(text, self.path), seen
        return self._tokens


def add_token(path: Path, name: str) -> str:
    """Add a token of ``name`` to the file at ``path``, which is made where there is none; return it, the only time.

    Raises:
        UsageError: the name can't be one or has a token, or the file can't be written.
        WatchFileError: a line of the file is no token.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    line = f"{name} sha256:{hash_of(token)}\n"
    if not _LINE.fullmatch(line.strip()):
        raise UsageError(f"{name!r} can't be a token's name.", remedy="Use letters, digits and . _ @ + - only.")
    known = TokenFile(path).load() if path.exists() else ()
    if any(one.name == name for one in known):
        raise UsageError(f"There is a token of {name} in {path}.", remedy="Remove its line, or choose another name.")
    try:
        ended = not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "a") as file:
            file.write(line if ended else f"\n{line}")
    except OSError as error:
        raise UsageError(
            f"{path} can't be written: {error.strerror or error}.", remedy="See to its permissions."
        ) from error
    return token
