"""Articles in other languages: read where the engine can, left with a reason where it can't, quoted word for word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.board.fold import baseline_changes, fold
from pipeline.model import Article, Aspect, Stage, Verdict, Watch
from pipeline.model.errors import ContentError
from pipeline.reading.embedded import EncodedReader
from pipeline.reading.embedded.foreign import is_for_a_model, language_of
from pipeline.steps import AssessmentInput, assess
from pipeline.watches.drafting import draft_watch
from tests.reading.worlds import an_article

WHEN = datetime(2025, 6, 1, tzinfo=UTC)
SEED = """The African Union keeps its mission in Chad for another year

The Peace Council on Friday extended the mandate of the African Union Transition Mission in Chad (AUTMIC) to June 2026.

The mission, which is led by Kenya, has 1,150 soldiers.
"""
ENGLISH = an_article(
    "The Security Council voted on Tuesday to raise the ceiling of the African Union Transition Mission in Chad to "
    "3,000 people. Fourteen members voted for the resolution and Russia abstained.",
    title="Council raises the ceiling of AUTMIC",
)
FRENCH = an_article(
    "Le Conseil de sécurité a décidé mardi de porter à 3 000 hommes le plafond de la Mission de l'Union africaine pour "
    "la transition au Tchad. Quatorze membres ont voté pour la résolution et la Russie s'est abstenue.",
    title="Tchad : le plafond de la mission relevé",
    outlet="Dépêche du Fleuve",
)
SPANISH = an_article(
    "Dos soldados kenianos murieron el lunes en una emboscada cerca de Abéché, informó la misión de la Unión Africana "
    "en Chad. Otros tres resultaron heridos.",
    title="Mueren dos soldados kenianos de la misión en Chad",
    outlet="La Voz del Istmo",
)
CREOLE = an_article(
    "Konsèy Sekirite a vote madi pou misyon ki nan peyi Chad la kontinye pandan yon lòt ane. Kenya di sòlda li yo ap "
    "rete la jouk nouvo fòs la rive nan kapital la.",
    title="Konsèy la vote pou AUTMIC",
)
READERS = [EncodedReader()]


def a_watch() -> Watch:
    return draft_watch(SEED, published=WHEN, url="", slug="chad")


def verdicts(*articles: Article) -> list[tuple[Verdict, Aspect]]:
    watch = a_watch()
    made = assess(
        articles,
        known=AssessmentInput(changes=baseline_changes(watch)),
        reader=EncodedReader(),
        watch=watch,
        now=articles[-1].published + timedelta(days=1),
    )
    return [(judgement.verdict, judgement.claim.aspect) for judgement in made.judgements if judgement.change]


@pytest.mark.parametrize("reader", READERS, ids=["encoder"])
@pytest.mark.parametrize("article", [FRENCH, SPANISH], ids=["fr", "es"])
def test_each_quote_stands_in_the_article_at_its_place(reader: EncodedReader, article: Article) -> None:
    reading = reader.read(article, a_watch())

    assert reading.claims
    assert all(article.text[c.start : c.end] == c.quote for c in reading.claims)


def test_a_french_claim_is_in_the_boards_words() -> None:
    claims = EncodedReader().read(FRENCH, a_watch()).claims

    told = [(claim.aspect, claim.stage, claim.subject, claim.value) for claim in claims]
    assert (Aspect.STRENGTH, Stage.DECIDED, "ceiling", "3,000 men") in told


def test_a_spanish_claim_counts_the_dead_and_the_hurt_and_knows_the_day() -> None:
    best = max(EncodedReader().read(SPANISH, a_watch()).claims, key=lambda claim: claim.confidence)

    assert (best.aspect, best.subject, best.value, str(best.event_date)) == (
        Aspect.CASUALTIES,
        "Kenya, 29 Sep 2025",
        "2 killed",
        "2025-09-29",
    )


def test_a_value_that_is_a_clause_stays_in_the_articles_words() -> None:
    article = an_article(
        "Le Tchad a demandé lundi à la Mission de l'Union africaine pour la transition au Tchad de quitter le pays "
        "avant Noël, a annoncé le gouvernement.",
        title="N'Djamena veut le départ de la mission",
    )
    values = [claim.value for claim in EncodedReader().read(article, a_watch()).claims]

    assert values
    assert not any("has asked" in value or "Christmas" in value for value in values)


def test_what_french_tells_again_is_no_second_change() -> None:
    alone, both = verdicts(ENGLISH), verdicts(ENGLISH, FRENCH)

    assert (Verdict.NEW, Aspect.STRENGTH) in alone
    assert both == alone


def test_what_english_tells_again_is_no_second_change_either() -> None:
    assert [aspect for _, aspect in verdicts(FRENCH, ENGLISH)].count(Aspect.STRENGTH) == 1


@pytest.mark.parametrize("reader", READERS, ids=["encoder"])
def test_an_article_in_a_language_that_is_not_read_says_so(reader: EncodedReader) -> None:
    reading = reader.read(CREOLE, a_watch())

    assert (reading.relevant, reading.claims) == (False, ())
    assert reading.reason == (
        "written in Haitian Creole; the embedded engine does not read it (a language model reader does)"
    )


def test_a_page_that_calls_itself_english_is_not_read_as_english() -> None:
    page = Article(**{name: getattr(CREOLE, name) for name in Article.__dataclass_fields__} | {"language": "en"})

    assert language_of(page) == "ht"
    assert not EncodedReader().read(page, a_watch()).relevant


def test_what_is_not_read_goes_to_a_model_where_it_may_be_about_the_mission() -> None:
    elsewhere = an_article(
        "Pwofesè yo ak elèv yo te rankontre lekòl la pou yo pale sou ane a ki ap vini an ak liv yo bezwen yo.",
        title="Lekòl yo louvri",
    )
    watch = a_watch()

    assert [is_for_a_model(article, watch) for article in (CREOLE, elsewhere, FRENCH, ENGLISH)] == [
        True,
        False,
        False,
        False,
    ]


def test_the_hosts_own_soldiers_are_not_the_missions() -> None:
    article = an_article(
        "Quatre soldats tchadiens ont été tués mardi dans une embuscade près du lac, a annoncé l'état-major de l'armée "
        "tchadienne. Six militaires ont été blessés dans l'attaque, selon le porte-parole du gouvernement.",
        title="Quatre soldats tchadiens tués près du lac",
    )

    assert verdicts(article) == []


def test_a_mission_in_another_country_is_another_mission() -> None:
    article = an_article(
        "L'Union africaine a prolongé vendredi d'un an le mandat de sa mission au Soudan. Des réfugiés soudanais "
        "continuent d'arriver au Tchad, où la mission de l'Union africaine patrouille.",
        title="Soudan : un an de plus pour la mission",
    )

    assert Aspect.MANDATE not in {aspect for _, aspect in verdicts(article)}


FRENCH_SEED = """Le Conseil de sécurité prolonge d'un an la mission au Tchad

Le mandat de la Mission de l'Union africaine pour la transition au Tchad (MUATT) a été prolongé lundi par le Conseil.

La force, dirigée par le Kenya, compte 1 150 soldats. Elle est commandée par le général Paul Otieno.
"""


def test_a_watch_begins_with_a_french_article_too() -> None:
    watch = draft_watch(FRENCH_SEED, published=WHEN, url="", slug="tchad")

    assert [name.text for name in watch.names] == [
        "Mission de l'Union africaine pour la transition au Tchad",
        "African Union Transition Mission in Chad",
        "MUATT",
    ]
    assert (watch.title, watch.places, watch.languages) == (watch.names[0].text, ("Chad",), ("fr",))
    assert Aspect.LEAD in {fact.aspect for fact in watch.baseline.facts}
    assert all(FRENCH_SEED[f.start :].startswith(f.quote) for f in watch.baseline.facts)


def test_a_french_watch_reads_english() -> None:
    watch = draft_watch(FRENCH_SEED, published=WHEN, url="", slug="tchad")
    reading = EncodedReader().read(ENGLISH, watch)

    assert reading.relevant
    assert Aspect.STRENGTH in {claim.aspect for claim in reading.claims}
    assert len(fold(baseline_changes(watch))) == len(watch.baseline.facts)


def test_a_watch_can_not_begin_with_a_language_that_is_not_read() -> None:
    with pytest.raises(ContentError, match="written in Haitian Creole") as raised:
        draft_watch(f"{CREOLE.title}\n\n{CREOLE.text}", published=WHEN, url="", slug="chad")

    assert raised.value.remedy == "Give an article in English, French or Spanish."
