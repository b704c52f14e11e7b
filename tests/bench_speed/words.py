"""Texts for a generated archive: sentences with the words of our own corpora, and news of a mission that never was."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CORPORA = (
    *(ROOT / "tests" / "bench" / name / "articles.jsonl" for name in ("haiti", "aussom", "unifil")),
    ROOT / "seeds" / "haiti" / "archive" / "articles.jsonl",
)
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")


@lru_cache(maxsize=1)
def vocabulary() -> tuple[list[str], np.ndarray]:
    """The words of our own articles that are written small there, and how often each is: names are left out.

    What they leave is a tenth of the words that news has in a year; the rarer ones are made of two of them.
    """
    counts: Counter[str] = Counter()
    for file in CORPORA:
        for line in file.read_text("utf-8").splitlines():
            counts.update(word for word in _WORD.findall(json.loads(line)["text"]) if word.islower())
    known = [word for word, _ in counts.most_common()]
    shares = [float(count) for _, count in counts.most_common()]
    # Zipf's law goes on where our corpora end: the word of rank r is met in proportion to 1 / r.
    for place in range(4 * len(known)):
        known.append(known[50 + place % 997] + known[60 + (place * 31) % 1499])
        shares.append(shares[0] / (len(known) + 1))
    weights = np.array(shares)
    return known, weights / weights.sum()


class Sentences:
    """A store of sentences, the same for each seed, to draw texts from."""

    def __init__(self, seed: int, count: int) -> None:
        words, weights = vocabulary()
        chance = np.random.default_rng([seed, 1])
        lengths = chance.integers(8, 29, count)
        drawn = chance.choice(len(words), int(lengths.sum()), p=weights)
        ends = np.cumsum(lengths)
        self.all = [
            " ".join(words[place] for place in drawn[end - length : end]).capitalize() + "."
            for end, length in zip(ends, lengths, strict=True)
        ]

    def text(self, chance: np.random.Generator, size: int) -> str:
        """About ``size`` characters in paragraphs."""
        places = chance.integers(0, len(self.all), max(4, size // 108))
        drawn = [self.all[place] for place in places]
        return "\n\n".join(" ".join(drawn[start : start + 4]) for start in range(0, len(drawn), 4))

    def title(self, chance: np.random.Generator) -> str:
        """A headline of half a sentence."""
        words = self.all[chance.integers(0, len(self.all))].rstrip(".").split()
        return " ".join(words[: 6 + int(chance.integers(0, 5))])


class Event(NamedTuple):
    """Something that happens to the mission on a day, and how the articles of these days say it."""

    day: date
    aspect: str
    stage: str
    subject: str
    value: str
    ways: tuple[str, ...]


_STATES = (
    "Benin", "Chad", "Jamaica", "Guatemala", "El Salvador", "Burundi", "Senegal", "Rwanda", "Bangladesh", "Nepal",
    "Ghana", "Uganda", "Ecuador", "Peru", "Chile", "Paraguay", "Honduras", "Togo", "Malawi", "Zambia", "Mongolia",
    "Fiji", "Uruguay", "Barbados", "Grenada", "Belize",
)  # fmt: skip
_DONORS = ("Canada", "France", "Spain", "Japan", "Germany", "Italy", "Norway", "Sweden", "Ireland", "Qatar", "Turkey")
_MISSION = "the Multinational Security Support mission"
_BACKGROUND = (
    "The Kenya-led Multinational Security Support mission was authorised by the Security Council in October 2023.",
    "The first Kenyan officers of the mission arrived in Port-au-Prince in June 2024.",
    "The Multinational Security Support mission was to have 2,500 personnel and never came near that number.",
    "Gangs hold most of Port-au-Prince, and the mission has been short of money and of vehicles since it began.",
    "The mission in Haiti is paid for by gifts and not by the budget of the United Nations.",
    "Kenya has led the security mission in Haiti since its first day.",
    "Washington has been the largest donor of the Multinational Security Support mission.",
    "The mandate of the Multinational Security Support mission was renewed a year ago.",
)


class Mission:
    """A mission on which something happens every day; each event is told for some days."""

    def __init__(self, seed: int, start: date, days: int) -> None:
        self._seed, self._start, self._days = seed, start, days

    @cached_property
    def events(self) -> list[Event]:
        """The event of each day, in order."""
        chance = np.random.default_rng([self._seed, 2])
        return [self._event(chance, self._start + timedelta(days=number)) for number in range(self._days)]

    @staticmethod
    def _event(chance: np.random.Generator, day: date) -> Event:
        shown = f"{day.day} {day:%B}"
        state, donor = _STATES[chance.integers(len(_STATES))], _DONORS[chance.integers(len(_DONORS))]
        few, many = int(chance.integers(11, 480)), int(chance.integers(110, 990)) * 5
        match int(chance.integers(8)):
            case 0 | 1:
                ways = (
                    f"{state} will send {few} police officers to {_MISSION} in Haiti, its minister said on {shown}.",
                    f"{few} police officers from {state} are to join {_MISSION}, officials said.",
                )
                return Event(day, "contributors", "planned", state, f"{few} police", ways)
            case 2:
                ways = (
                    f"A contingent of {few} police officers from {state} arrived in Port-au-Prince on {shown} to join "
                    f"{_MISSION}.",
                    f"{state} has deployed {few} police officers to {_MISSION}.",
                )
                return Event(day, "contributors", "in_effect", state, f"{few} police", ways)
            case 3:
                ways = (
                    f"{donor} pledged ${few} million for {_MISSION} in Haiti on {shown}.",
                    f"{donor} has promised {_MISSION} ${few} million.",
                )
                return Event(day, "funding", "planned", donor, f"${few} million", ways)
            case 4:
                ways = (
                    f"{_MISSION.capitalize()} now has {many:,} personnel in Haiti, its commander said on {shown}.",
                    f"The strength of {_MISSION} stands at {many:,} personnel.",
                )
                return Event(day, "strength", "in_effect", "personnel", f"{many:,} personnel", ways)
            case 5:
                ways = (
                    f"{state} has withdrawn its {few} soldiers from {_MISSION} in Haiti, officials said on {shown}.",
                    f"The {few} soldiers that {state} had in {_MISSION} have gone home.",
                )
                return Event(day, "contributors", "ended", state, f"{few} soldiers", ways)
            case 6:
                ways = (
                    f"Washington decided on {shown} to supply {_MISSION} with {few} armoured vehicles.",
                    f"The United States has delivered {few} armoured vehicles to {_MISSION}.",
                )
                return Event(day, "support", "decided", "vehicles", f"{few} armoured vehicles", ways)
            case _:
                dead = 2 + few % 7
                ways = (
                    f"{dead} officers of {_MISSION} were killed on {shown} in an ambush by gangs in Haiti.",
                    f"An ambush on {shown} killed {dead} officers of {_MISSION}.",
                )
                return Event(day, "casualties", "in_effect", f"Haiti {day}", f"{dead} killed", ways)

    def told(self, chance: np.random.Generator, number: int) -> list[str]:
        """The sentences on the mission of an article of day ``number``: the news, what was before, and background."""
        late = min(number, int(chance.choice(4, p=(0.5, 0.3, 0.15, 0.05))))
        news = self.events[number - late]
        earlier = self.events[max(0, number - 4 - int(chance.integers(0, 60)))]
        chosen = chance.choice(len(_BACKGROUND), 3, replace=False)
        return [
            news.ways[chance.integers(len(news.ways))],
            earlier.ways[1],
            *(_BACKGROUND[place] for place in chosen),
        ]
