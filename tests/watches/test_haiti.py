"""The first watch, as it is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import Aspect, Stage, Watch
from pipeline.model.text import squeeze
from pipeline.watches import load_watch

FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "haiti"


@pytest.fixture(scope="module")
def watch() -> Watch:
    return load_watch(FOLDER)


def test_it_has_at_least_thirty_feeds_each_with_the_place_that_confirms_it(watch: Watch) -> None:
    assert len(watch.feeds) >= 30
    assert [feed.url for feed in watch.feeds if not feed.confirmed_in] == []


def test_each_quote_is_a_whole_sentence_of_the_baseline(watch: Watch) -> None:
    text = watch.baseline.text
    for fact in watch.baseline.facts:
        end = fact.start + len(fact.quote)
        assert text[fact.start : end] == fact.quote
        assert text[fact.start - 1] in " \n"
        assert fact.quote.endswith(".")
        assert text[end : end + 1] in ("", " ", "\n")


def test_the_baseline_cites_its_article(watch: Watch) -> None:
    head = watch.baseline.text[:250]

    assert "US pushes for OAS-led force to replace Kenya in Haiti mission" in head
    assert "Radio Generation Kenya, 24 August 2025" in head


def test_the_baseline_is_in_our_own_words(watch: Watch, shared: Path) -> None:
    """No eight words in a row are those of the article, its headline aside."""
    title = watch.baseline.title
    article = (shared / "seeds" / "haiti-2025-08-24.txt").read_text(encoding="utf-8")
    theirs = _runs(article.replace(title, ""), 8)
    ours = _runs(watch.baseline.text.replace(title, ""), 8)

    assert ours & theirs == set()


def _runs(text: str, length: int) -> set[str]:
    words = squeeze(text).casefold().split(" ")
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_it_starts_from_the_facts_of_its_article(watch: Watch) -> None:
    assert [(fact.aspect, fact.subject, fact.stage) for fact in watch.baseline.facts] == [
        (Aspect.LEAD, "MSS", Stage.IN_EFFECT),
        (Aspect.LEAD, "next force", Stage.PROPOSED),
        (Aspect.CONTRIBUTORS, "Kenya", Stage.IN_EFFECT),
        (Aspect.FUNDING, "United States", Stage.IN_EFFECT),
        (Aspect.SUPPORT, "UN support office", Stage.PROPOSED),
        (Aspect.MANDATE, "full UN peacekeeping operation", Stage.REJECTED),
        (Aspect.DEPLOYMENT, "Kenyan police", Stage.IN_EFFECT),
        (Aspect.STRENGTH, "MSS", Stage.IN_EFFECT),
        (Aspect.SUPPORT, "MSS", Stage.IN_EFFECT),
    ]


def test_each_fact_is_typed_but_what_no_slot_can_hold(watch: Watch) -> None:
    assert [fact.fact.slot.value if fact.fact else fact.value for fact in watch.baseline.facts] == [
        "lead",
        "lead",
        "contribution",
        "pledge",
        "support",
        "successor",
        "presence",
        "required",
        "short of equipment, intelligence and infrastructure",
    ]


def test_each_acronym_that_others_use_too_needs_its_country(watch: Watch) -> None:
    shared_acronyms = {name.text: name for name in watch.names if name.text in ("MSS", "GSF", "MMAS", "FRG")}

    assert set(shared_acronyms) == {"MSS", "GSF", "MMAS", "FRG"}
    assert all(name.acronym and "Haiti" in name.context for name in shared_acronyms.values())


def test_its_rules_take_every_stage_once(watch: Watch) -> None:
    stages = [stage for rule in watch.rules for stage in rule.stages]

    assert sorted(stages) == sorted(Stage)
