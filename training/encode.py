"""Train the encoder on the corpus: ``python -m training.encode``, about two hours on two cores.

Starts from all-mpnet-base-v2, learns from ``training/missions`` and ``training/contrasts`` first, and from
``training/typed``, which is labelled by the guide, last. How sure a claim is, ``training.calibrate`` fits on the dev
missions, which the network has not learned from. Writes ``pipeline/reading/embedded/model/encoder.onnx`` and
``encoder.json.gz``; goes on from where it was stopped.
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch

from pipeline.reading.embedded.encoder import Encoder, EncoderMeta, LogisticWeights, dump_meta
from pipeline.reading.embedded.wordpiece import MARKS, Tokenizer
from training import calibrate, export, typed
from training.batches import Item, collated, epoch, of_articles, of_singles
from training.corpus import contrasts, missions
from training.examples import Example, baselines, briefs, examples, singles, strangers
from training.network import LAYERS, Network, base, loss

ROOT = Path(__file__).resolve().parents[1]
MODEL, DEV = ROOT / "pipeline" / "reading" / "model", ROOT / "tests" / "dev"
KEPT = ROOT / "build" / "encoder"  # where training goes on from
HEAD_RATE, BODY_RATE = 1e-3, 5e-5
LAYER_RATE = 0.9  # each layer learns at so much of the rate of the one above it
WARM_UP, LAST, DECAY = 0.06, 0.02, 0.01  # shares of the steps and of the rate; the weights' decay
_PLAIN = re.compile(r"(?:##)?[a-z0-9]+|[!-/:-@\[-`{-~£€“”‘’–—]|<s>|<pad>|\[UNK\]")


@dataclass(frozen=True, slots=True)
class Course:
    """A part of the training: so many epochs over some of the corpus, its own rise and fall of the rates."""

    name: str
    epochs: int
    rate: float  # of those above
    items: Sequence[Item]


def pieces_of(base_vocabulary: dict[str, int]) -> tuple[tuple[str, ...], list[int]]:
    """Our pieces in the order of their ids, and for each the row of the base that it starts from."""
    kept = [p for p in sorted(base_vocabulary, key=lambda p: base_vocabulary[p]) if _PLAIN.fullmatch(p)]
    words = (*kept, *MARKS)
    return words, [base_vocabulary[MARKS.get(piece, piece)] for piece in words]


def start() -> tuple[Network, tuple[str, ...]]:
    """The network before training, and its pieces."""
    vocabulary, config, weights = base()
    words, rows = pieces_of(vocabulary)
    network = Network(config, len(words))
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][rows]
    network.body.load_state_dict(weights, strict=False)
    return network, words


def train(network: Network, course: Course) -> None:
    """Train ``network`` by ``course``; keeps what it has learned after each epoch, and goes on from there.

    What it ends as is the mean of what it was at the end of each epoch (Izmailov et al., 2018): on dev that is better
    than any of them.
    """
    done = max((n for n in range(course.epochs + 1) if _kept(course, n).exists()), default=0)
    plan = [epoch(course.items, Random(f"{course.name} {n}")) for n in range(course.epochs)]  # noqa: S311 - no secret
    steps = sum(map(len, plan))
    held: dict[str, Any]
    optimiser = torch.optim.AdamW(_groups(network, course.rate), weight_decay=DECAY)

    def share(step: int) -> float:
        return min(1.0, (step + 1) / (WARM_UP * steps)) * max(LAST, 0.5 * (1 + math.cos(math.pi * step / steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, share)
    mean: dict[str, Any] = {}
    if done:
        held = torch.load(_kept(course, done), weights_only=True)
        network.load_state_dict(held["network"])
        mean = held["mean"]
        if done < course.epochs:
            optimiser.load_state_dict(held["optimiser"])
            schedule.load_state_dict(held["schedule"])
    network.train()
    begun, taken = time.monotonic(), 0
    for number in range(done, course.epochs):
        torch.manual_seed(number)
        total = 0.0
        for items in plan[number]:
            batch = collated(items)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                out = network(batch)
            value = loss(out, batch)
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            total += float(value)
            taken += 1
            if taken % 50 == 0:
                print(f"  {course.name}: {taken} of {steps} steps, {time.monotonic() - begun:.0f} s", flush=True)
        print(f"{course.name}, epoch {number + 1} of {course.epochs}: loss {total / len(plan[number]):.4f}", flush=True)
        now = {name: values.clone() for name, values in network.state_dict().items()}
        mean = {name: mean.get(name, 0) + (values - mean.get(name, 0)) / (number + 1) for name, values in now.items()}
        held = {"network": now, "mean": mean}
        held |= {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
        KEPT.mkdir(parents=True, exist_ok=True)
        torch.save(held, _kept(course, number + 1))
        _kept(course, number).unlink(missing_ok=True)
    network.load_state_dict(mean)


def _kept(course: Course, number: int) -> Path:
    return KEPT / f"{course.name}-{number}.pt"


def _groups(network: Network, rate: float) -> list[dict[str, Any]]:
    """The parameters with their rates: heads, layers from above to below, embeddings."""
    layers = [list(layer.parameters()) for layer in network.body.encoder.layer]
    inner = {id(p) for layer in layers for p in layer}
    rest = [p for p in network.body.parameters() if id(p) not in inner]
    body = {id(p) for p in network.body.parameters()}
    heads = [p for p in network.parameters() if id(p) not in body]
    groups: list[dict[str, Any]] = [{"params": heads, "lr": HEAD_RATE * rate}]
    groups += [{"params": p, "lr": BODY_RATE * rate * LAYER_RATE**n} for n, p in enumerate(reversed(layers))]
    return [*groups, {"params": rest, "lr": BODY_RATE * rate * LAYER_RATE**LAYERS}]


def courses(pieces: Tokenizer) -> list[Course]:
    """The parts of the training, in their order."""
    old = of_articles(examples(missions()), pieces)
    told = typed.missions()
    held = [*examples(told, watch=typed.drafted), *baselines(told, typed.drafted)]
    new = of_articles(held, pieces)
    random = Random(0)  # noqa: S311 - no secret
    short = of_articles([*briefs(held, random), *strangers(told, typed.drafted, random)], pieces)
    alone = of_singles(singles(contrasts()), pieces)
    return [Course("broad", 1, 1.0, [*old, *new, *alone]), Course("typed", 2, 0.8, [*new, *short, *alone])]


def main() -> int:
    """Train, export, calibrate, write."""
    parser = argparse.ArgumentParser(prog="python -m training.encode", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=MODEL, help="the folder to write to")
    args = parser.parse_args()
    torch.manual_seed(0)
    begun = time.monotonic()
    network, words = start()
    pieces = Tokenizer({piece: i for i, piece in enumerate(words)})
    for course in courses(pieces):
        print(f"{course.name}: {len(course.items)} windows", flush=True)
        train(network, course)
    write(network, words, examples(typed.missions(DEV), watch=typed.drafted), args.out)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{time.monotonic() - begun:.0f} s, {memory:.1f} GiB of memory at most")
    return 0


def write(network: Network, words: tuple[str, ...], held: Sequence[Example], out: Path) -> None:
    """Write what is shipped to the folder ``out``, calibrated on ``held``."""
    weights = {name: values.float().numpy() for name, values in network.state_dict().items()}
    content = export.small(export.graph(weights, LAYERS))
    meta = calibrate.fitted(Encoder(content, EncoderMeta(words, LogisticWeights(()), 0.0)), held)
    out.mkdir(parents=True, exist_ok=True)
    (out / "encoder.onnx").write_bytes(content)
    (out / "encoder.json.gz").write_bytes(dump_meta(meta))
    print(f"encoder.onnx: {len(content):,} bytes")


if __name__ == "__main__":
    sys.exit(main())
