"""``python -m tests.fuzz feed page --seconds 600``: fuzz each target, guided by coverage (``make fuzz``).

What makes a target fail lies in ``.fuzz/TARGET/`` afterwards; put it into a test, and mend what it shows.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

FOUND = Path(".fuzz")
SLOWEST = 20  # seconds for one input
MEMORY = 2_500  # MiB, as a worker has


def one(name: str, seconds: int) -> None:
    """Fuzz one target in this process; ends it."""
    import atheris

    with atheris.instrument_imports(include=["pipeline", "feedparser", "htmldate", "trafilatura"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    folder = FOUND / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}", "-max_len=40000"]
    options += [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.run)
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after the other; 1 where any failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    names = ("feed", "page", "dates", "watch")
    parser.add_argument("targets", nargs="*", choices=[*names, []], help="all where none is named")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--here", action="store_true", help="fuzz the one target in this process")
    asked = parser.parse_args()
    if asked.here:
        one(asked.targets[0], asked.seconds)
        return 0
    failed = []
    for name in asked.targets or names:
        print(f"-- {name}, {asked.seconds} s", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", name, "--here", "--seconds", str(asked.seconds)], check=False
        )
        if done.returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}; see {FOUND}/" if failed else "no target failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
