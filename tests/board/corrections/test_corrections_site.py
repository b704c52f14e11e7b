"""What the page shows of marks."""

from __future__ import annotations

from pipeline.board.corrections import CorrectionKind, Labels
from pipeline.model import Aspect
from pipeline.site.view import Card, view_of
from tests.board.corrections.world import SECOND, VOTE, World


def card_of(world: World, aspect: Aspect) -> Card:
    cards = view_of(world.store.site("haiti"), "Haiti", ()).cards
    return next(card for card in cards if card.aspect == aspect.value and not card.takes_back)


def day_of(world: World) -> str:
    made = world.store.load_corrections("haiti")[0].made_at
    return f"{made.day} {made:%b %Y}"


async def test_a_change_tells_who_confirmed_it_also_when_the_past_has_been_read_again(world: World) -> None:
    world.reads(VOTE)
    world.says(CorrectionKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id, "I was there")
    told = (f"confirmed by ana on {day_of(world)}: I was there",)
    assert card_of(world, Aspect.STRENGTH).marked == told

    await world.rereads(SECOND)

    assert card_of(world, Aspect.STRENGTH).marked == told


def test_a_pinned_row_tells_who_pinned_it(world: World) -> None:
    world.reads(VOTE)
    world.says(CorrectionKind.PINNED, "strength/ceiling", "resolution 1", Labels(value="5,000 people"))

    assert card_of(world, Aspect.STRENGTH).marked == (f"pinned by ana on {day_of(world)}: resolution 1",)


def test_a_mark_that_was_taken_back_is_not_shown(world: World) -> None:
    world.reads(VOTE)
    world.undoes(world.says(CorrectionKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id))

    assert card_of(world, Aspect.STRENGTH).marked == ()
