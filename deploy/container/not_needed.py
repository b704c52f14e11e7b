"""Print the installed distributions that a distribution does not need, one a line: what an image can do without.

    python not_needed.py missionwatch > not-needed.txt

The lock file holds what the tests need too. What is needed is found as an installer does it: by the names that each
distribution asks for here, its markers and extras taken into account.
"""

from __future__ import annotations

import sys
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed(root: str) -> set[str]:
    """The canonical names of ``root`` and of all that it needs, directly or not.

    Raises:
        importlib.metadata.PackageNotFoundError: ``root`` is not installed.
    """
    metadata.distribution(root)
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(root), "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            asked = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # asked for by a marker of another machine
        for line in asked:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(requirement.name), more) for more in ("", *requirement.extras)]
    return {name for name, _ in seen}


def installed() -> set[str]:
    """The canonical names of all distributions here."""
    return {canonicalize_name(found.metadata["Name"]) for found in metadata.distributions()}


if __name__ == "__main__":
    print("\n".join(sorted(installed() - needed(sys.argv[1]))))
