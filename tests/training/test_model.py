"""The shipped model: it fits the reader, knows no names, and gives the same claims each time."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace

import pytest
from bench.missions import MISSIONS, articles, drafted
from reading.test_no_names import NAMES

from pipeline.errors import UsageError
from pipeline.reading import linear, masks
from pipeline.reading.countries import COUNTRIES
from pipeline.reading.embedded import EmbeddedReader
from training.corpus import contrasts, missions

WORD = re.compile(r"[^\W_]+")
# Words that stand in names of missions, states and places, and are plain English too.
PLAIN = re.compile(r"^[a-z]+$")


def words_of(model: linear.Model) -> set[str]:
    whole = [part for gram in model.vocabulary for part in gram.split() if not part.endswith("*")]
    return {part for word in (*whole, *model.common) for part in re.split(r"['-]", word)}


def small() -> linear.Model:
    return linear.Model(
        frozenset({"the"}),
        {"force": 0},
        ((1,) * linear.COLUMNS,),
        (0.5,) * linear.COLUMNS,
        (),
        (),
        (),
        (),
        (),
    )


def test_a_model_comes_back_from_its_file_as_it_was() -> None:
    assert linear.loaded(linear.dumped(small())) == small()


def test_a_model_for_other_features_is_refused_with_what_to_do() -> None:
    content = json.loads(gzip.decompress(linear.dumped(small())))
    content["features"] = masks.FEATURES + 1
    with pytest.raises(UsageError, match="features of version 2") as caught:
        linear.loaded(gzip.compress(json.dumps(content).encode()), "other.json.gz")
    assert "training.train" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "data", [b"", b"no gzip", gzip.compress(b"[]", mtime=0), gzip.compress(b'{"features":1}', mtime=0)]
)
def test_a_file_that_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^broken\.gz: is no model"):
        linear.loaded(data, "broken.gz")


def test_a_model_whose_rows_are_missing_is_refused() -> None:
    with pytest.raises(UsageError, match="words and weights"):
        linear.loaded(linear.dumped(replace(small(), rows=())))


def test_the_words_of_a_long_sentence_count_no_more_than_those_of_a_short_one() -> None:
    model = small()
    assert model.words(["force"]) == model.words(["force", "force", "unknown"])
    assert model.words(["unknown"]) == model.bias
    assert model.words(["force"])[0] == pytest.approx(0.5 + linear.GAIN / linear.SCALE)


def test_no_name_of_the_bench_stands_in_the_vocabulary() -> None:
    words = words_of(linear.shipped())
    assert [name for name in NAMES if name.lower() in words - {"suppression"}] == []


def test_no_country_stands_in_the_vocabulary() -> None:
    words = words_of(linear.shipped())
    single = {w for c in COUNTRIES for w in (*c.words, *c.capitals) if PLAIN.match(w.lower()) and w not in {"US"}}
    assert sorted(w for w in single if w.lower() in words) == []


def test_no_name_of_the_corpus_stands_in_the_vocabulary() -> None:
    told = missions()
    lower: set[str] = set()
    names: set[str] = set()
    for mission in told:
        names |= {w for key in ("place", "mission", "also", "sister") for w in WORD.findall(mission.head.get(key, ""))}
        texts = [labelled.text for labelled in (mission.baseline, *mission.articles)]
        lower.update(*(re.findall(r"(?<!\w)[a-z]+", text) for text in texts))
    lower.update(*(re.findall(r"(?<!\w)[a-z]+", contrast.text) for contrast in contrasts()))
    ordinary = lower | masks.INSTITUTION
    words = words_of(linear.shipped())
    assert sorted(n for n in names if len(n) > 2 and n.lower() in words and n.lower() not in ordinary) == []


def test_the_same_article_gives_the_same_claims_twice_and_from_a_reader_of_its_own() -> None:
    mission = MISSIONS[0]
    watch, held = drafted(mission), articles(mission)[:15]
    one = [repr(EmbeddedReader().read(article, watch)) for article in held]
    again = linear.loaded(linear.dumped(linear.shipped()))
    assert one == [repr(EmbeddedReader(again).read(article, watch)) for article in reversed(held)][::-1]
    assert sum(reading.count("Claim(") for reading in one) > 10
