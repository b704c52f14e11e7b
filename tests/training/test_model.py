"""The shipped encoder: it fits the reader, knows no names, and gives the same claims each time."""

from __future__ import annotations

import gzip
import json
import re

import numpy as np
import pytest
from bench.missions import MISSIONS, articles, drafted
from reading.test_no_names import NAMES

from pipeline.countries import COUNTRIES
from pipeline.errors import UsageError
from pipeline.reading import EncodedReader, both, encoder, masks, observe, sentences
from pipeline.reading.encoder import Encoder, Meta, Scale, Weights
from pipeline.reading.pieces import PLACEHOLDERS
from training.corpus import contrasts, missions

WORD = re.compile(r"[^\W_]+")
PLAIN = re.compile(r"^[a-z]+$")  # of names that are plain English words too
SMALL = Meta(frozenset({"the"}), ("force", "[unknown]"), Scale((0.5,), (2.0,)), Weights((0.1, 0.2)), Weights((0.3,)))


def words_of(meta: Meta) -> set[str]:
    whole = {piece for piece in meta.vocabulary if PLAIN.match(piece)}
    return whole | {part for word in meta.common for part in re.split(r"['-]", word)}


def test_a_model_comes_back_from_its_file_as_it_was() -> None:
    assert encoder.loaded(encoder.dumped(SMALL)) == SMALL


def test_a_model_for_other_features_is_refused_with_what_to_do() -> None:
    content = json.loads(gzip.decompress(encoder.dumped(SMALL)))
    content["features"] = masks.FEATURES + 1
    with pytest.raises(UsageError, match="features of version 2") as caught:
        encoder.loaded(gzip.compress(json.dumps(content).encode()), "other.json.gz")
    assert "make train" in str(caught.value.remedy)


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"[]", mtime=0), gzip.compress(b"{}", mtime=0)])
def test_a_file_that_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^broken\.gz: is no model"):
        encoder.loaded(data, "broken.gz")


def test_a_network_that_is_none_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"encoder\.onnx: is no network") as caught:
        Encoder(b"no network", SMALL)
    assert "make train" in str(caught.value.remedy)


def test_dense_features_are_scaled_and_cut() -> None:
    scaled = SMALL.scale.of([[2.5], [1000.0], [-1000.0]])
    assert scaled.dtype == np.float32
    assert scaled[:, 0].tolist() == pytest.approx([0.3, 1.2, -1.2])


def test_the_files_are_under_40_mb() -> None:
    folder = encoder.files()
    assert sum(len(folder.joinpath(name).read_bytes()) for name in ("encoder.onnx", "encoder.json.gz")) < 40e6


def test_every_placeholder_of_the_masks_is_a_piece() -> None:
    assert set(PLACEHOLDERS) <= set(encoder.shipped().meta.vocabulary)


def test_no_name_of_the_bench_stands_in_the_vocabulary() -> None:
    words = words_of(encoder.shipped().meta)
    assert [name for name in NAMES if name.lower() in words - {"suppression"}] == []


def test_no_country_stands_in_the_vocabulary() -> None:
    words = words_of(encoder.shipped().meta)
    single = {w for c in COUNTRIES for w in (*c.words, *c.capitals) if PLAIN.match(w.lower()) and w not in {"US"}}
    lower = set(re.findall(r"(?<!\w)[a-z]+", " ".join(a.text for m in missions() for a in m.articles)))
    assert sorted(w for w in single if w.lower() in words - lower) == []


def test_no_name_of_the_corpus_stands_in_the_vocabulary() -> None:
    told = missions()
    lower: set[str] = set()
    names: set[str] = set()
    for mission in told:
        names |= {w for key in ("place", "mission", "also", "sister") for w in WORD.findall(mission.head.get(key, ""))}
        texts = [labelled.text for labelled in (mission.baseline, *mission.articles)]
        lower.update(*(re.findall(r"(?<!\w)[a-z]+", text) for text in texts))
    lower.update(*(re.findall(r"(?<!\w)[a-z]+", contrast.text) for contrast in contrasts()))
    # Plain words that the corpus has in names only.
    ordinary = lower | masks.INSTITUTION | {"implementation", "oversight", "shores", "united"}
    words = words_of(encoder.shipped().meta)
    assert sorted(n for n in names if len(n) > 4 and n.lower() in words and n.lower() not in ordinary) == []


def test_the_same_article_gives_the_same_claims_twice_and_from_a_reader_of_its_own() -> None:
    mission = MISSIONS[0]
    watch, held = drafted(mission), articles(mission)[:15]
    one = [repr(EncodedReader().read(article, watch)) for article in held]
    shipped = encoder.shipped()
    again = Encoder(encoder.files().joinpath("encoder.onnx").read_bytes(), encoder.loaded(encoder.dumped(shipped.meta)))
    assert one == [repr(EncodedReader(again).read(article, watch)) for article in reversed(held)][::-1]
    assert sum(reading.count("Claim(") for reading in one) > 10


def test_the_answers_to_a_sentence_are_shares_that_sum_to_one() -> None:
    mission = MISSIONS[2]
    watch, article, model = drafted(mission), articles(mission)[0], encoder.shipped()
    parts = sentences.split(article.text)
    seen = observe.look_at(article, parts, [1.0] * len(parts), frozenset())
    observed = observe.observe(article, seen, watch, frozenset(), model.meta.common)
    heard = model.hear(observed)
    assert np.exp(heard.kind).sum(-1) == pytest.approx(1.0, abs=1e-5)
    assert np.exp(heard.stage).sum(-1) == pytest.approx(1.0, abs=1e-5)
    assert sorted(heard.rank.tolist()) == list(range(len(heard.news)))


def test_a_sentence_that_is_not_read_has_no_answers_and_makes_no_claim() -> None:
    mission = MISSIONS[2]
    watch, article, model = drafted(mission), articles(mission)[0], encoder.shipped()
    parts = sentences.split(article.text)
    seen = observe.look_at(article, parts, [2.0] * len(parts), frozenset())
    heard = model.hear(observe.observe(article, seen, watch, frozenset(), model.meta.common, [0, 3]))
    assert [number for number, odds in enumerate(heard.news) if odds > encoder.UNREAD] == [0, 3]
    assert {said.number for said in both.opinions(heard, seen, model)} <= {0, 3}
