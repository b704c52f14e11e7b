"""Training: the same corpus gives the same bytes. Needs scikit-learn, which only training does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.corpus import contrasts, missions


@pytest.mark.slow
def test_the_same_corpus_gives_the_same_bytes() -> None:
    pytest.importorskip("sklearn", reason="training/requirements.txt is not installed")
    from pipeline.reading import linear
    from training.train import trained

    told = [m for m in missions() if m.slug[:2] in {"c1", "e1", "n1", "p1"}]
    for mission in told:
        mission.articles = mission.articles[:12]
    single = [replace(c) for c in contrasts()[::6]]
    one, two = (linear.dumped(trained(told, single)) for _ in range(2))
    assert one == two
    assert len(linear.loaded(one).vocabulary) > 500


def test_all_missions_of_one_writer_are_in_one_fold() -> None:
    pytest.importorskip("sklearn", reason="training/requirements.txt is not installed")
    from training.examples import FOLDS, fold_of

    told = missions()
    folds = {(m.slug[0], fold_of(m, told)) for m in told}
    assert len(folds) == len({writer for writer, _ in folds})
    assert {fold for _, fold in folds} == set(range(FOLDS))
