"""The shipped encoder: it fits the reader, and gives the same claims each time."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from bench.missions import MISSIONS, articles, drafted

from pipeline.model.errors import UsageError
from pipeline.reading.embedded import EncodedReader, encoder, encoder_input, features, sentences
from pipeline.reading.embedded.encoder import Encoder, EncoderMeta, LogisticWeights
from pipeline.reading.embedded.wordpiece import MARKS

SMALL = EncoderMeta(("force", "[UNK]"), LogisticWeights((0.1, 0.2)), -1.5)


def test_a_model_comes_back_from_its_file_as_it_was() -> None:
    assert encoder.load_meta(encoder.dump_meta(SMALL)) == SMALL


def test_a_model_for_other_features_is_refused_with_what_to_do() -> None:
    content = json.loads(gzip.decompress(encoder.dump_meta(SMALL)))
    content["features"] = encoder.FEATURES + 1
    with pytest.raises(UsageError, match=f"features of version {encoder.FEATURES + 1}") as caught:
        encoder.load_meta(gzip.compress(json.dumps(content).encode()), "other.json.gz")
    assert "make train" in str(caught.value.remedy)


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"[]", mtime=0), gzip.compress(b"{}", mtime=0)])
def test_a_file_that_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^broken\.gz: is no model"):
        encoder.load_meta(data, "broken.gz")


def test_a_network_that_is_none_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"encoder\.onnx: is no network") as caught:
        Encoder(b"no network", SMALL)
    assert "make train" in str(caught.value.remedy)


def test_the_files_are_under_80_mib() -> None:
    folder = encoder.files()
    size = sum(len(folder.joinpath(name).read_bytes()) for name in ("encoder.onnx", "encoder.json.gz"))
    assert size < 80 * 2**20


def test_every_mark_is_a_piece() -> None:
    assert set(MARKS) <= set(encoder.load_shipped().meta.vocabulary)


def test_the_same_article_gives_the_same_claims_twice_and_from_a_reader_of_its_own() -> None:
    mission = MISSIONS[0]
    watch, held = drafted(mission), articles(mission)[:15]
    one = [repr(EncodedReader().read(article, watch)) for article in held]
    shipped = encoder.load_shipped()
    again = Encoder(
        encoder.files().joinpath("encoder.onnx").read_bytes(), encoder.load_meta(encoder.dump_meta(shipped.meta))
    )
    assert one == [repr(EncodedReader(again).read(article, watch)) for article in reversed(held)][::-1]
    assert sum(reading.count("Claim(") for reading in one) > 10


def test_the_answers_to_a_sentence_are_shares_that_sum_to_one() -> None:
    mission = MISSIONS[2]
    watch, article = drafted(mission), articles(mission)[0]
    parts = sentences.split_sentences(article.text)
    seen = features.extract_all(article, parts)
    answers = encoder.load_shipped().read(encoder_input.build_page(article, seen, watch))
    assert np.exp(answers.kind).sum(-1) == pytest.approx(1.0, abs=1e-5)
    assert np.exp(answers.stage).sum(-1) == pytest.approx(1.0, abs=1e-5)
    assert len(answers.news) == len(parts)
