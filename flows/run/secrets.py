"""The values of ``env:NAME`` and ``secret:NAME``: from the environment, or from a Secret block of Prefect.

A watch's file names a secret and never holds one. It is looked up when it is used and forgotten after it, so it is in
no parameter, row, log or artifact; tests/flows/serving/test_secrets.py searches them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.run.blocks import secret
from pipeline.model.errors import DeliveryError
from pipeline.notify import SECRET

_ENV = "env:"


async def secret_of(reference: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The secret that ``reference`` names, and why there is none.

    Args:
        reference: ``env:NAME``, ``secret:NAME`` or empty, which names none.
        environ: where ``env:NAME`` is looked up.

    Returns:
        The value and an empty string, or an empty string and what is wrong, in words that don't hold the value.
    """
    if not reference:
        return "", ""
    if reference.startswith(SECRET):
        held = f"Prefect's Secret block {reference.removeprefix(SECRET)}"
        try:
            value = (await secret(reference.removeprefix(SECRET))).strip()
        except DeliveryError as error:
            return "", str(error)
    else:
        held = f"the environment variable {reference.removeprefix(_ENV)}"
        value = environ.get(reference.removeprefix(_ENV), "").strip()
        if not value:
            return "", f"{held}, which should hold its key, is not set"
    if not value or not value.isascii() or not value.isprintable():
        return "", f"what {held} holds can't be sent as a key"
    return value, ""
