"""French and Spanish told in English: what the rules must find in it."""

from __future__ import annotations

import pytest

from pipeline.language import anglicise_figures, english_names, gloss, to_english

FRENCH = {
    "Le Conseil de sécurité a prolongé d'un an, à l'unanimité, le mandat de la mission jusqu'au 31 août 2026.": (
        "The Security Council extended by one year, unanimously, the mandate of the mission until 31 August 2026."
    ),
    "Trois Casques bleus kényans ont été tués et huit autres blessés lundi dans une embuscade.": (
        "Three Kenyan Peacekeepers were killed and eight other wounded on Monday in an ambush."
    ),
    "Le gouvernement n'a pas encore approuvé l'envoi de 1 200 soldats supplémentaires.": (
        "The government has not yet approved the sending of 1,200 additional soldiers."
    ),
    "Paris versera 1,2 million d'euros au fonds fiduciaire.": "Paris will pay 1.2 million euros to the trust fund.",
    "Le premier contingent de deux cents policiers est arrivé à Port-au-Prince il y a trois jours.": (
        "The first contingent of 200 police officers arrived in Port-au-Prince three days ago."
    ),
    "Les soldats se sont retirés.": "The soldiers withdrew.",
    "La mission de l'Union africaine serait dissoute.": "The African Union mission would be disbanded.",
    "Près de 2 500 hommes, jusqu'à 3 000 au maximum.": "Nearly 2,500 men, up to 3,000 at most.",
    "Le pays compte 800 soldats et compte les retirer.": "The country has 800 soldiers and plans to withdraw.",
}
SPANISH = {
    "El Consejo de Seguridad prorrogó por unanimidad hasta el 31 de octubre de 2026 el mandato.": (
        "The Security Council extended unanimously until 31 October 2026 the mandate."
    ),
    "El Gobierno todavía no ha aprobado el envío de 1.200 soldados adicionales.": (
        "The Government did not yet approve the sending of 1,200 additional soldiers."
    ),
    "Perú retirará a sus 150 militares.": "Peru will withdraw its 150 soldiers.",
    "Estados Unidos presentó un proyecto de resolución para transformar la misión en una fuerza.": (
        "United States presented a draft resolution to transform the mission into a force."
    ),
    "El general Juan Pérez asumió el mando de la fuerza el pasado 3 de marzo.": (
        "The General Juan Pérez took command of the force on 3 March."
    ),
    "No hubo víctimas en el ataque.": "There were no casualties in the attack.",
    "La misión de la Unión Africana concluirá a finales de mayo.": (
        "The African Union mission will conclude by the end of May."
    ),
    "Llegaron hace dos semanas dos mil quinientos soldados.": "Arrived two weeks ago 2,500 soldiers.",
}


@pytest.mark.parametrize("sentence", FRENCH)
def test_french_is_told_with_its_tense_its_not_its_numbers_and_its_days(sentence: str) -> None:
    assert gloss(sentence, "fr") == FRENCH[sentence]


@pytest.mark.parametrize("sentence", SPANISH)
def test_spanish_is_told_so_too(sentence: str) -> None:
    assert gloss(sentence, "es") == SPANISH[sentence]


def test_an_english_sentence_is_left_as_it_is() -> None:
    said = "The council extended the mandate of the force; 'on verra', said the envoy."

    assert to_english(said) == said


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        (
            "La Mission multinationale de soutien à la sécurité (MMSS) reste.",
            "fr",
            {"Mission multinationale de soutien à la sécurité": "Multinational Security Support Mission"},
        ),
        (
            "La Misión de Verificación de las Naciones Unidas en Colombia sigue.",
            "es",
            {
                "Misión de Verificación de las Naciones Unidas en Colombia": (
                    "United Nations Verification Mission in Colombia"
                )
            },
        ),
        (
            "La Mission des Nations unies au Tchad (Minutad) reste.",
            "fr",
            {"Mission des Nations unies au Tchad": "United Nations Mission in Chad", "Minutad": "MINUTAD"},
        ),
    ],
)
def test_a_mission_gets_an_english_name(text: str, language: str, names: dict[str, str]) -> None:
    assert english_names(text, language) == names


def test_a_given_name_stands_as_it_is_told() -> None:
    told = gloss("La Minusca reste.", "fr", (("MINUSCA", "MINUSCA"),))

    assert told == "The MINUSCA remains."


@pytest.mark.parametrize("text", ["Claire Fontaine", "Carlos Guerra", "Al Sisi"])
def test_a_person_keeps_their_name(text: str) -> None:
    assert gloss(f"Selon {text}, la mission reste.", "fr") == f"According to {text}, the mission remains."


def test_figures_are_those_of_the_article() -> None:
    assert anglicise_figures("5 550, 5.550 et 1,2 ; 5,550") == "5,550, 5,550 et 1.2 ; 5,550"


@pytest.mark.parametrize("text", ["«" * 5000, "l'" * 5000, "a " * 5000, "mil " * 3000, "(" * 5000, "Mission " * 2000])
@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_hostile_text_is_told_in_time(text: str, language: str) -> None:
    gloss(text, language)
    english_names(text, language)
