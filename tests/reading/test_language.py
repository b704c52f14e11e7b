"""Which language a text is in: the words decide, and English is never taken for another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.language import detect_language, detect_sentence_language, language_name
from pipeline.reading.embedded.sentences import split_sentences

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = [
    json.loads(line)
    for path in sorted(ROOT.glob("tests/bench/*/articles.jsonl"))
    for line in path.read_text("utf-8").splitlines()
]
# Written for this test: one news item in each language.
SAME = {
    "en": "The Security Council voted on Tuesday to extend the mission in Haiti by one year. Kenya said that its "
    "police officers would stay until the new force had arrived in the capital.",
    "fr": "Le Conseil de sécurité a voté mardi la prolongation d'un an de la mission en Haïti. Le Kenya a fait savoir "
    "que ses policiers resteraient jusqu'à l'arrivée de la nouvelle force dans la capitale.",
    "es": "El Consejo de Seguridad votó el martes la prórroga de un año de la misión en Haití. Kenia dijo que sus "
    "policías se quedarán hasta que la nueva fuerza haya llegado a la capital.",
    "ht": "Konsèy Sekirite a vote madi pou misyon ki nan peyi d Ayiti a kontinye pandan yon lòt ane. Kenya di polis li "
    "yo ap rete la jouk nouvo fòs la rive nan kapital la.",
    "sw": "Baraza la Usalama limepiga kura Jumanne kuongeza muda wa ujumbe nchini Haiti kwa mwaka mmoja. Kenya imesema "
    "kuwa polisi wake watabaki hadi kikosi kipya kitakapowasili katika mji mkuu.",
    "pt": "O Conselho de Segurança aprovou na terça-feira a prorrogação por um ano da missão no Haiti. O Quênia disse "
    "que os seus policiais não vão sair até que a nova força chegue à capital.",
}


@pytest.mark.parametrize("code", SAME)
def test_the_words_tell_the_language(code: str) -> None:
    assert detect_language("", SAME[code]) == code


@pytest.mark.parametrize("code", SAME)
@pytest.mark.parametrize("declared", ["en", "fr", "ht"])
def test_a_hint_that_lies_changes_nothing(code: str, declared: str) -> None:
    assert detect_language("", SAME[code], declared) == code


def test_each_english_article_of_the_benches_is_english() -> None:
    assert {detect_language(row["title"], row["text"], "fr") for row in ENGLISH} == {"en"}


def test_each_sentence_of_them_is_english_too() -> None:
    assert {detect_sentence_language(part.text) for row in ENGLISH for part in split_sentences(row["text"])} == {"en"}


def test_english_that_quotes_french_is_english() -> None:
    text = (
        "The minister told reporters on Monday that the mission would stay. \"Nous resterons aussi longtemps qu'il le "
        'faudra," he said, and added that his country had already sent the first of its soldiers to the capital.'
    )

    assert detect_language("", text) == "en"


def test_a_line_is_english_unless_its_words_say_otherwise() -> None:
    assert (detect_language("", "UNIFIL: Abagnara in Naqoura"), detect_language("", "")) == ("en", "en")


def test_a_line_without_telling_words_is_what_its_feed_says() -> None:
    assert detect_language("Liban : FINUL, Naqoura", "", "fr") == "fr"


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("مدد مجلس الأمن الدولي يوم الثلاثاء ولاية البعثة في هايتي لمدة عام آخر", "ar", "ar"),
        ("مدد مجلس الأمن الدولي يوم الثلاثاء ولاية البعثة في هايتي لمدة عام آخر", "en", "und"),
        ("Совет Безопасности продлил мандат миссии на Гаити ещё на один год", "", "und"),
        (
            "YK:n turvallisuusneuvosto jatkoi tiistaina Haitin operaation toimikautta vuodella. Päätös oli "
            "yksimielinen, ja hallituksen edustajan mukaan poliisi tarvitsee apua pääkaupungissa.",
            "en",
            "und",
        ),
    ],
)
def test_a_language_that_is_not_known_is_never_english(text: str, declared: str, code: str) -> None:
    assert detect_language("", text, declared) == code


def test_a_declared_code_is_a_code_or_nothing() -> None:
    assert detect_language("", "Тест тест тест тест", '"><script>') == "und"


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Aucun soldat n'a été blessé dans l'attaque.", "fr"),
        ("No hubo víctimas en el ataque.", "es"),
        ("The Organisation internationale de la Francophonie welcomed the vote.", "en"),
        ("La Paz, El Salvador and Los Angeles hosted the talks.", "en"),
    ],
)
def test_a_sentence_alone_is_told(sentence: str, code: str) -> None:
    assert detect_sentence_language(sentence) == code


def test_a_language_has_a_name() -> None:
    assert [language_name(code) for code in ("ht", "sw", "und", "xx")] == [
        "Haitian Creole",
        "Swahili",
        "a language that is not known here",
        "the language 'xx'",
    ]
