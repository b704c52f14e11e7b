"""The key that signs the links: in a file that only its owner can read, or in the environment."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pipeline.alerts.acknowledgement import SIGNATURE, link_template
from pipeline.model.errors import UsageError
from pipeline.runtime.settings import Settings

KEY_FILE = "ack.key"  # in the data folder
SHORTEST = 32  # characters of a key that an operator gives
_LONGEST = 4_096
_ENV = "env:"
_MODE = 0o600


def ack_way(settings: Settings, data_dir: Path, environ: Mapping[str, str]) -> tuple[str, bytes]:
    """How messages say where they are acknowledged: the template of the address, and the key that signs it.

    Both are empty where the settings name no address, and the key where the address asks for no signature.

    Raises:
        UsageError: the key can't be had; says what to do.
    """
    template = settings.ack_url or link_template(settings.ack_base)
    if SIGNATURE not in template:
        return template, b""
    return template, signing_key(settings, data_dir, environ)


def signing_key(settings: Settings, data_dir: Path, environ: Mapping[str, str]) -> bytes:
    """The key: of the variable that ``ack_key`` names, else of the data folder, made where there is none.

    Raises:
        UsageError: there is none, it is too short, or others can read its file; the message doesn't hold it.
    """
    if settings.ack_key:
        name = settings.ack_key.removeprefix(_ENV)
        value = environ.get(name, "").strip()
        if len(value) < SHORTEST:
            told = "is not set" if not value else f"has fewer than {SHORTEST} characters"
            raise UsageError(
                f"The environment variable {name}, which should hold the key of ack_key, {told}.",
                remedy="Put a random text there: openssl rand -hex 32. Or take ack_key away: a key is then made.",
            )
        return value.encode()
    path = data_dir / KEY_FILE
    try:
        found = _read(path)
        if found is None:
            _make(path)
            found = _read(path)
    except OSError as error:
        raise UsageError(
            f"{path}, the key that signs acknowledgement links, can't be used: {error.strerror or error}.",
            remedy="See that the data folder can be written, and that the file belongs to the user of the watch.",
        ) from error
    if found is None:
        raise UsageError(f"{path} is gone as soon as it is made.", remedy="See who removes it.")
    return found


def _read(path: Path) -> bytes | None:
    """The key in ``path``; None where there is no such file.

    Raises:
        UsageError: others can read it, or it holds no key.
        OSError: it can't be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        value = file.read(_LONGEST).strip() if stat.S_ISREG(about.st_mode) else b""
    if about.st_mode & 0o077:
        raise UsageError(
            f"Others than its owner can use {path}: whoever reads it can acknowledge any alert.",
            remedy=f"Make a new one: rm {path}. Links that were sent until now are then void.",
        )
    if len(value) < SHORTEST:
        raise UsageError(
            f"{path} holds no key of {SHORTEST} characters or more.",
            remedy="Remove it: a new one is made, and links that were sent until now are void.",
        )
    return value


def _make(path: Path) -> None:
    """Make a key, whole or not at all; where another process was quicker, its key is the one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
