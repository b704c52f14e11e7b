"""The word lists of a language: for each word or phrase its English, and what kind of word it is.

The lists are the files in ``words``. A section in brackets says of which kind its lines are, a line is
``source = English``; several stand in one line with semicolons between. What a sign at a verb means:

    ``arriver* = arrive``              goes with *être*: "est arrivé" is "arrived"
    ``se retirer = withdraw``          said of oneself
    ``aller (va vont all ...) = go``   irregular, with the parts of :func:`~pipeline.language.forms.irregular_forms`
    ``prendre fin = come to an end``   a verb with its fixed words; the verb itself stands before, with its parts
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from pipeline.language.forms import (
    Form,
    Verb,
    adjective_forms,
    conjugate,
    inflect_verb,
    irregular_forms,
    pluralise_english,
    plurals,
)
from pipeline.language.tokens import tokenize
from pipeline.model import countries

_SECTION = re.compile(r"\[(\w)\]")
_PARTS = re.compile(r"^([^()]+?)\s*\(([^()]+)\)$")
_VOWELS = tuple("aeiouyhéèêàâîôœ")
_RUN_TOGETHER: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "fr": {
        "que": (("qu'", ""),),
        "de": (("d'", ""), ("du", " the"), ("des", " the")),
        "à": (("au", " the"), ("aux", " the")),
    },
    "es": {"de": (("del", " the"),), "a": (("al", " the"),)},
}
_SAID_OF_ITSELF = {"fr": (("est", "sont"), ("était", "étaient")), "es": (("ha", "han"), ("había", "habían"))}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word is in English.

    Attributes:
        english: as it stands in a sentence.
        tag: the kind: noun, adjective, verb (v), infinitive (i), participle (q), -ing form (g), and those of the lists.
        verb: the English verb, where it is one.
        tense: as :class:`pipeline.language.forms.Form` names it.
        goes: whether it is a verb of coming and going, whose perfect is a past.
    """

    english: str
    tag: str
    verb: Verb | None = None
    tense: str = ""
    goes: bool = False


@dataclass(slots=True)
class Lexicon:
    """The words of one language: an entry for each kind that a word may be, by the word in small letters."""

    language: str
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    longest: int = 1
    _parts: dict[str, list[str]] = field(default_factory=dict)

    def _all(self, source: str, entry: Entry) -> None:
        """Add ``source`` as :meth:`add` does, and as it is written before a vowel and with an article."""
        self.add(source, entry)
        for ending, others in _RUN_TOGETHER[self.language].items():
            if source.endswith(f" {ending}"):
                for other, article in others:
                    more = Entry(entry.english + article, entry.tag, entry.verb, entry.tense, entry.goes)
                    self.add(f"{source.removesuffix(ending)}{other}", more)

    def add(self, source: str, entry: Entry, *, kind: str = "") -> None:
        """Add ``source``, unless it is there already under the same kind."""
        words = source.lower().split()
        if not all(map(str.isalpha, words)):  # letters alone are a token as they stand
            words = [token.low for token in tokenize(source)]
        key = " ".join(words)
        self.entries.setdefault(key, {}).setdefault(kind or entry.tag, entry)
        self.longest = max(self.longest, len(words))

    def line(self, section: str, source: str, english: str) -> None:
        """Add one line of a list, in all its forms."""
        if section == "n":
            self.add(source, Entry(english, "n"))
            self.add(plurals(source, self.language), Entry(pluralise_english(english), "n"))
        elif section == "a":
            for form in adjective_forms(source, self.language):
                self.add(form, Entry(english, "a"))
        elif section == "v":
            self._verb(source, english)
        elif section == "t":
            self.add(source, Entry(english, "t"))
            self.add(plurals(source, self.language), Entry(pluralise_english(english), "t"))
        else:
            self._all(source, Entry(english, section))

    def _verb(self, source: str, english: str) -> None:
        oneself = source.startswith("se ")
        source = source.removeprefix("se ")
        found = _PARTS.match(source)
        if found:
            source = found[1]
            self._parts[source.split()[0].rstrip("*")] = found[2].split()
        head, _, tail = source.partition(" ")
        goes, head = head.endswith("*"), head.rstrip("*")
        parts = self._parts.get(head)
        verb = inflect_verb(english)
        entries = _entries(verb, goes)
        forms = irregular_forms(parts, head, self.language) if parts else conjugate(head, self.language)
        for form in forms:
            entry = entries[form.tense]
            text = f"{form.text} {tail}" if tail else form.text
            if oneself:
                self._oneself(text, form, entry, verb)
            else:
                self._all(text, entry)

    def _oneself(self, text: str, form: Form, entry: Entry, verb: Verb) -> None:
        se = "s'" if self.language == "fr" and text.startswith(_VOWELS) else "se "
        if form.tense != "done":
            self.add(text if text.endswith("se") and self.language == "es" else f"{se}{text}", entry)
            return
        now, then = _SAID_OF_ITSELF[self.language]
        for has in now:
            link = "s'" if has == "est" else "se "
            self.add(f"{link}{has} {text}", Entry(f"{verb.past}{verb.tail}", "v", verb, "past"))
        for had in then:
            link = "s'" if self.language == "fr" else "se "
            self.add(f"{link}{had} {text}", Entry(f"had {verb.done}{verb.tail}", "v", verb, "past"))


def _entries(verb: Verb, goes: bool) -> dict[str, Entry]:
    """Return the English of each tense of :class:`pipeline.language.forms.Form`."""
    plain, ing, done = verb.plain, verb.ing, f"{verb.done}{verb.tail}"
    by_tense = {
        "one": (verb.third, "v"),
        "many": (plain, "v"),
        "may": (plain, "v"),
        "was": (f"was {ing}", "v"),
        "were": (f"were {ing}", "v"),
        "will": (f"will {plain}", "v"),
        "would": (f"would {plain}", "v"),
        "past": (f"{verb.past}{verb.tail}", "v"),
        "plain": (plain, "i"),
        "done": (done, "q"),
        "ing": (ing, "g"),
    }
    return {tense: Entry(english, tag, verb, tense, goes) for tense, (english, tag) in by_tense.items()}


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    section = ""
    for row in text.splitlines():
        row = row.split("#", 1)[0].strip()
        if found := _SECTION.fullmatch(row):
            section = found[1]
            continue
        for item in filter(None, map(str.strip, row.split(";"))):
            source, _, english = item.partition("=")
            yield section, source.strip(), english.strip()


@lru_cache(maxsize=4)
def lexicon(language: str) -> Lexicon:
    """Load the lexicon of ``fr`` or ``es``."""
    folder = resources.files("pipeline.language").joinpath("words")
    made = Lexicon(language)
    for section, source, english in _lines(folder.joinpath(f"{language}.txt").read_text("utf-8")):
        made.line(section, source, english)
    for row in folder.joinpath("countries.txt").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            _country(made, row)
    return made


def _country(made: Lexicon, row: str) -> None:
    """Add ``Kenya|Kenya,kényan|Kenia,keniano``: English, then the name and adjectives of each language."""
    name, *columns = row.split("|")
    own = columns[0 if made.language == "fr" else 1] or name
    country = countries.BY_NAME[name]
    names: list[str] = []
    adjectives: list[str] = []
    for word in own.split(","):
        (names if word[:1].isupper() else adjectives).append(word)
    for word in names or [name]:
        made.add(word, Entry(name, "c"))
    for word in country.words:  # English names and initials, as they stand in the rest of the world's press
        made.add(word, Entry(name if word == name else word, "c"), kind="c")
    whose = country.words[1] if len(country.words) > 1 else name
    for word in adjectives:
        for form in adjective_forms(word, made.language):
            made.add(form, Entry(whose, "a"))
