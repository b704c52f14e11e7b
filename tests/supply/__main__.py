"""``python -m tests.supply bill|licences|advisories``: what the lock files bring in. Exit status 3: not checked."""

from __future__ import annotations

import argparse
import json
import sys

from tests.supply.advisories import NotCheckedError, advisories
from tests.supply.bill import bill_of_materials
from tests.supply.licences import EXCEPTIONS, problems
from tests.supply.locked import licence_of, read_locks

NOT_CHECKED = 3


def main(words: list[str] | None = None) -> int:
    """Print what was asked for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply", description=__doc__)
    parser.add_argument("what", choices=("bill", "licences", "advisories"))
    parser.add_argument("--database", default="", metavar="URL", help="of advisories, with the API of OSV")
    asked = parser.parse_args(words)
    packages = read_locks()
    licences = {one.name: licence_of(one) for one in packages}
    if asked.what == "bill":
        told = {name: EXCEPTIONS[name][0] if name in EXCEPTIONS and not one else one for name, one in licences.items()}
        print(json.dumps(bill_of_materials(packages, told), indent=2))
        return 0
    if asked.what == "licences":
        found = problems(licences)
        print("\n".join(found) or f"{len(packages)} packages: their licences are allowed, {len(EXCEPTIONS)} by name.")
        return 1 if found else 0
    try:
        known = advisories(packages, asked.database)
    except NotCheckedError as error:
        print(f"NOT CHECKED for known advisories: {error}", file=sys.stderr)
        return NOT_CHECKED
    for purl, ids in known.items():
        print(f"{purl}: {', '.join(ids)}")
    print(f"{len(packages)} packages asked of {asked.database}: {len(known)} with known advisories.")
    return 1 if known else 0


if __name__ == "__main__":
    raise SystemExit(main())
