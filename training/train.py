"""Train the reader's model on the corpus: ``python -m training.train [--check]``.

Writes ``pipeline/reading/model/linear.json.gz``. Nothing but ``training/missions`` and
``training/contrasts`` goes in; the same corpus gives the same bytes. ``--check`` writes nothing, and prints
what cross-validation over writers says of each stage.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support
from threadpoolctl import threadpool_limits

from pipeline.reading import linear, scores
from pipeline.reading.linear import ASPECTS, STAGES, Model
from training import fit
from training.corpus import Contrast, Mission, contrasts, missions
from training.examples import FOLDS, common_words, examples, singles
from training.fit import Data

FILE = Path(__file__).resolve().parents[1] / "pipeline" / "reading" / "model" / "linear.json.gz"


def prepared(told: Sequence[Mission], single: Sequence[Contrast]) -> tuple[Data, frozenset[str]]:
    """The corpus as matrices, and its common words."""
    common = common_words(told, single)
    return fit.data(examples(told, common), singles(single, common)), common


def trained(told: Sequence[Mission], single: Sequence[Contrast]) -> Model:
    """The model of these missions and contrasts."""
    data, common = prepared(told, single)
    with threadpool_limits(1):  # sums over several threads are not the same twice
        scored = fit.out_of_fold(data)
        context, claim = fit.second(data, scored, set(range(FOLDS)))
        whole = fit.first(data, np.ones(len(data.fold), dtype=bool))
    return replace(whole, common=common, context=context, claim=claim)


def folds(data: Data, common: frozenset[str]) -> tuple[list[Model], list[list[scores.Scored]]]:
    """For each fold the model that has not seen its missions, and each example's scores by that model."""
    models: list[Model] = []
    scored: list[list[scores.Scored]] = [[] for _ in data.examples]
    for fold in range(FOLDS):
        model = fit.first(data, data.fold != fold)
        models.append(model)
        for i, example in enumerate(data.examples):
            if example.fold == fold:
                scored[i] = scores.first(model, example.observed)
    out = []
    for fold, model in enumerate(models):
        context, claim = fit.second(data, scored, set(range(FOLDS)) - {fold})
        out.append(replace(model, common=common, context=context, claim=claim))
    return out, scored


def report(data: Data, models: list[Model], scored: list[list[scores.Scored]]) -> str:
    """What cross-validation says of news, aspects, stages, and of how sure the claims are."""
    flat = [one for row in scored for one in row]
    of_row = [models[m] for m in data.fold]
    news = [
        z
        for example, row in zip(data.examples, scored, strict=True)
        for z in scores.news_of(models[example.fold], example.observed, row)
    ]
    lines = [
        f"news: average precision {average_precision_score(data.is_news, [s.news for s in flat]):.3f} alone, "
        f"{average_precision_score(data.is_news, news):.3f} in its article"
    ]
    true = [i for i in range(len(flat)) if data.is_news[i]]
    best = np.array([int(np.argmax(s.aspects)) for s in flat])
    hit = np.mean([data.aspects[i, best[i]] for i in true])
    lines.append(f"aspect: the best one is right in {hit:.3f} of {len(true)} sentences of news")
    said = [(i, k, j) for i, k, j in zip(*data.said, strict=True) if data.is_news[i]]
    for name, labels, want, got in (
        (
            "aspect",
            ASPECTS,
            [k for _, k, _ in said],
            [int(best[i]) if not data.aspects[i, best[i]] else k for i, k, _ in said],
        ),
        ("stage", STAGES, [j for _, _, j in said], [scores.stage_of(of_row[i], flat[i], k) for i, k, _ in said]),
    ):
        table = precision_recall_fscore_support(want, got, labels=range(len(labels)), zero_division=0)
        right = np.mean(np.array(want) == np.array(got))
        lines.append(f"{name}: {right:.3f} of {len(want)} labels right")
        for k, label in enumerate(labels):
            p, r, f, n = (column[k] for column in table)
            lines.append(f"  {label.value:<14} precision {p:.3f}  recall {r:.3f}  F1 {f:.3f}  of {n}")
    return "\n".join(lines)


def main() -> None:
    """Train and write, or check."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, print the cross-validation")
    parser.add_argument("--out", type=Path, default=FILE, help="the file to write")
    args = parser.parse_args()
    told, single = missions(), contrasts()
    if args.check:
        data, common = prepared(told, single)
        print(report(data, *folds(data, common)))
        return
    content = linear.dumped(trained(told, single))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(content)
    print(f"{args.out.name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
