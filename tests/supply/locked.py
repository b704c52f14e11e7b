"""The packages of the lock files, and what each says of its licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-setup.lock")
_HASH = re.compile(r"\s*--hash=sha256:([0-9a-f]{64})")
# What packages without a licence expression write instead. "BSD" alone does not say with how many clauses.
_SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "LicenseRef-Artistic",
    "BSD": "LicenseRef-BSD",
    "BSD License": "LicenseRef-BSD",
    "GNU General Public License (GPL)": "LicenseRef-GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_NO_LICENCE = {"OSI Approved", "DFSG approved"}


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock: its pinned version, the hashes of its files, and the systems it is for (a marker)."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_locks(root: Path = ROOT) -> list[Locked]:
    """Return the packages of both lock files, each once, by name."""
    found = [one for name in LOCKS for one in read_lock((root / name).read_text("utf-8"))]
    return sorted({(one.name, one.version): one for one in found}.values(), key=lambda one: (one.name, one.version))


def read_lock(text: str) -> list[Locked]:
    """Return the packages of a lock with hashes, as ``uv pip compile`` writes it, in its order.

    Raises:
        ValueError: a line is no pinned requirement with a hash; names the line.
    """
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        asked = Requirement(_HASH.sub("", entry).strip())
        hashes = tuple(_HASH.findall(entry))
        pins = [one.version for one in asked.specifier if one.operator == "=="]
        if len(pins) != 1 or not hashes:
            raise ValueError(f"{entry[:100]!r} is not pinned to a version with a hash: make lock")
        found.append(Locked(canonicalize_name(asked.name), pins[0], hashes, str(asked.marker or "")))
    return found


def licence_of(package: Locked) -> str:
    """Return what the installed ``package`` says of its licence, as an SPDX expression; empty where it says nothing.

    A package that is not installed, since it is for other systems, says nothing either.
    """
    try:
        metadata = distribution(package.name).metadata
    except PackageNotFoundError:
        return ""
    classifiers = {
        line.split(" :: ")[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License ::")
    }
    return spdx(
        metadata.get("License-Expression", ""), sorted(classifiers - _NO_LICENCE), metadata.get("License", "") or ""
    )


def spdx(expression: str, classifiers: list[str], free_text: str) -> str:
    """Return an SPDX expression of the three places where a package may name its licence; empty where none helps.

    Of several classifiers all are taken: they do not say whether one may choose.
    """
    told = [_SPELLINGS.get(name, name) for name in classifiers]
    for candidate in (expression, " AND ".join(told), _SPELLINGS.get(free_text.strip(), free_text.strip())):
        try:
            return canonicalize_license_expression(candidate)
        except InvalidLicenseExpression:
            continue
    return ""
