"""Score missions of the corpus that the encoder has not learned from: ``python -m training.unseen [--engine NAME]``.

They are scored as the bench's are, with the watch drafted from the baseline article. How sure the encoder's claims
are was fitted on them (``training.calibrate``); neither the encoder nor the rules learned from them otherwise.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import fmean

from pipeline.bench.figures import measure_one
from pipeline.bench.gold import load_gold
from pipeline.initiate import draft_watch
from pipeline.reading import DEFAULT, ENGINES
from training.as_gold import write_gold
from training.corpus import missions

HELD = ("x", "y")  # writers, by the first letter of their missions' files


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m training.unseen", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", choices=list(ENGINES), default=DEFAULT)
    reader = ENGINES[parser.parse_args().engine]()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for mission in missions():
            if not mission.slug.startswith(HELD):
                continue
            base = mission.baseline
            watch = draft_watch(f"{base.title}\n\n{base.text}", published=base.published, url="", slug=mission.slug)
            measured = measure_one(load_gold(write_gold(mission, Path(folder))), watch, reader)
            found.append(measured)
            one, sure = measured.everything, measured.at_once
            print(
                f"{mission.slug:<18} aspect F1 {one.aspect.f1:.3f}  exact F1 {one.exact.f1:.3f}  "
                f"precision {one.aspect.precision:.3f}  at once {sure.aspect.precision:.3f} of {sure.alerts}"
            )
    print(
        f"{'average':<18} aspect F1 {fmean(m.everything.aspect.f1 for m in found):.3f}  "
        f"exact F1 {fmean(m.everything.exact.f1 for m in found):.3f}"
    )


if __name__ == "__main__":
    main()
