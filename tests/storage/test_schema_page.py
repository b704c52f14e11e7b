"""docs/schema.md is what the store's comments say, and no name that a query may use is ever taken away."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pipeline.storage.migrations import MIGRATIONS
from tests.storage.schema_page import (
    HISTORY,
    NAMES,
    PAGE,
    PICTURE,
    TABLES,
    VIEWS,
    Model,
    drawn,
    links,
    page,
    public_names,
    read_model,
)

ANEW = "write it anew: python -m tests.storage.schema_page --update-docs"


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model()


def test_the_page_is_what_the_comments_say(model: Model) -> None:
    assert PAGE.read_text("utf-8") == page(model), ANEW


def test_the_picture_is_that_of_the_tables_and_can_be_drawn(model: Model) -> None:
    assert PICTURE.read_text("utf-8") == drawn(model), ANEW
    words = [node.text for node in ElementTree.fromstring(drawn(model)).iter("{http://www.w3.org/2000/svg}text")]
    assert set(model.tables) <= set(words)


def test_no_public_name_is_taken_away_and_each_new_one_is_noted(model: Model) -> None:
    noted, now = NAMES.read_text("utf-8").splitlines(), public_names(model)
    assert sorted(set(noted) - set(now)) == [], "a name that queries use is gone: put it back"
    assert sorted(set(now) - set(noted)) == [], ANEW


def test_each_table_and_view_has_its_place_on_the_page(model: Model) -> None:
    assert sorted({*TABLES, *(name for others in TABLES.values() for name in others)}) == sorted(model.tables)
    assert sorted(name for _, names in VIEWS for name in names) == sorted(model.views)


def test_each_migration_is_told_to_those_whose_queries_ran_before() -> None:
    assert list(HISTORY) == [migration.__name__ for migration in MIGRATIONS]


def test_every_macro_column_table_and_view_says_what_it_means(model: Model) -> None:
    things = [*model.tables.values(), *model.views.values()]
    silent = [f"{thing.name}.{column}" for thing in things for column, _, comment in thing.columns if not comment]
    assert silent == []
    assert [thing.name for thing in [*things, *model.macros.values()] if not thing.comment] == []


def test_each_comment_is_a_sentence_that_says_all(model: Model) -> None:
    things = [*model.tables.values(), *model.views.values(), *model.macros.values()]
    comments = [thing.comment for thing in things] + [comment for thing in things for _, _, comment in thing.columns]
    assert [text for text in comments if text and not text.endswith((".", "?"))] == []
    assert [text for text in comments if text.endswith("...")] == []  # and so on: an analyst wants to know what


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("entry", "feed_id", "feed"),
        ("verdict", "against", "change"),
        ("recall", "message_id", "alert"),
        ("article_revision", "revises", "article"),
        ("article_body", "article_id", "article"),
    ],
)
def test_an_id_is_known_to_name_a_row_of_its_table(model: Model, table: str, column: str, target: str) -> None:
    assert (table, column, target) in list(links(model))


def test_an_id_whose_table_nobody_knows_is_asked_for(model: Model) -> None:
    odd = replace(model.tables["feed"], name="odd", columns=(("parent", "UUID", "Whose?"),))
    with pytest.raises(ValueError, match=r"odd\.parent: say in POINTS_TO"):
        list(links(replace(model, tables={"odd": odd})))


def test_links_on_the_page_lead_to_its_headings() -> None:
    text = PAGE.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    assert len(headings) == len(set(headings))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= {heading.lower().replace(" ", "-") for heading in headings}
