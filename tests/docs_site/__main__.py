"""``python -m tests.docs_site``: build the site; with ``--update-docs``: write the pages that come from the code."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tests.docs_site.build import HOME, build
from tests.docs_site.reference import update


def main(words: Sequence[str] | None = None) -> None:
    """Build the site, or write pages anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.docs_site", description=__doc__)
    parser.add_argument("--update-docs", action="store_true", help="write docs/reference/ from the code")
    if parser.parse_args(words).update_docs:
        for page in update():
            print(f"written: {page}")
    else:
        build()
        print(f"Open it in a browser: {HOME}")


if __name__ == "__main__":
    main()
