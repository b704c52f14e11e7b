"""Print how well French and Spanish are read: ``python -m tests.bench_languages [--update-docs]``."""

from __future__ import annotations

import argparse

from pipeline.lab.bench import as_text

from .tables import PAGE, tables, updated


def main() -> None:
    """Print the tables, and write them into the page where that is asked."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench_languages",
        description="French and Spanish, each by a mission with a gold timeline.",
    )
    parser.add_argument("--update-docs", action="store_true", help="write the figures into docs/languages.md")
    asked = parser.parse_args()
    print("\n\n".join(map(as_text, tables())))
    if asked.update_docs:
        PAGE.write_text(updated(PAGE.read_text("utf-8")), "utf-8")
        print(f"\nwritten: docs/{PAGE.name}")


if __name__ == "__main__":
    main()
