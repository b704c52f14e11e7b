"""Inflect nouns, adjectives and verbs of French, Spanish and English. Pure, and generous with forms.

A form that nobody writes does no harm; one that is missing leaves a sentence without its verb.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_IRREGULAR_TEXT = """arise arose arisen; be was been; become became become; begin began begun; break broke broken;
    bring brought brought; build built built; buy bought bought; catch caught caught; choose chose chosen;
    come came come; cost cost cost; cut cut cut; do did done; draw drew drawn; drive drove driven; fall fell fallen;
    feel felt felt; fight fought fought; find found found; flee fled fled; fly flew flown; get got got;
    give gave given; go went gone; grow grew grown; have had had; hear heard heard; hit hit hit; hold held held;
    keep kept kept; know knew known; lead led led; leave left left; lose lost lost; make made made; meet met met;
    overcome overcame overcome; oversee oversaw overseen; overthrow overthrew overthrown; pay paid paid; put put put;
    quit quit quit; read read read; retake retook retaken; rise rose risen; run ran run; say said said; see saw seen;
    seek sought sought; send sent sent; set set set; shoot shot shot; shut shut shut; speak spoke spoken;
    spend spent spent; stand stood stood; strike struck struck; swear swore sworn; take took taken; tell told told;
    think thought thought; undertake undertook undertaken; understand understood understood;
    withdraw withdrew withdrawn;
    win won won; wind wound wound; write wrote written; foresee foresaw foreseen; lay laid laid; bear bore borne"""
_IRREGULAR = {row.split()[0]: tuple(row.split()) for row in _IRREGULAR_TEXT.split(";")}
_DOUBLED = frozenset(
    [
        "stop",
        "step",
        "plan",
        "cap",
        "ban",
        "permit",
        "commit",
        "submit",
        "admit",
        "refer",
        "transfer",
        "occur",
        "equip",
        "program",
        "trap",
        "rob",
        "grab",
        "drop",
        "ship",
        "split",
        "control",
        "patrol",
        "regret",
        "compel",
        "expel",
        "rebel",
    ]
)
_PLURALS = {
    "man": "men", "woman": "women", "policeman": "policemen", "policewoman": "policewomen", "person": "people",
    "child": "children", "personnel": "personnel", "aircraft": "aircraft", "police": "police", "staff": "staff",
    "equipment": "equipment", "logistics": "logistics", "news": "news", "headquarters": "headquarters",
    "funding": "funding", "money": "money", "life": "lives", "half": "halves", "means": "means", "wounded": "wounded",
    "dead": "dead", "injured": "injured", "displaced": "displaced", "media": "media", "support": "support",
}  # fmt: skip


class Verb(NamedTuple):
    """An English verb with what follows it in each form: ``take``/``took``/``taken`` and ``over``."""

    base: str
    past: str
    done: str
    tail: str

    @property
    def third(self) -> str:
        """As in "it sends"."""
        if self.base in {"be", "have"}:
            return {"be": "is", "have": "has"}[self.base]
        return f"{_s(self.base)}{self.tail}"

    @property
    def plain(self) -> str:
        """As in "to send"."""
        return f"{self.base}{self.tail}"

    @property
    def ing(self) -> str:
        """As in "sending"."""
        base = self.base
        if base.endswith("e") and not base.endswith(("ee", "ye", "oe")) and base != "be":
            base = base[:-1]
        elif self.past == f"{base}{base[-1]}ed" or base in {"cut", "put", "set", "hit", "shut", "run", "win", "get",
                                                            "begin", "quit", "swim"}:  # fmt: skip
            base += base[-1]
        return f"{base}ing{self.tail}"


def inflect_verb(text: str) -> Verb:
    """Inflect ``take over``."""
    base, _, rest = text.partition(" ")
    tail = f" {rest}" if rest else ""
    if base in _IRREGULAR:
        _, past, done = _IRREGULAR[base]
    elif base.endswith("e"):
        past = done = f"{base}d"
    elif base.endswith("y") and base[-2] not in "aeiou":
        past = done = f"{base[:-1]}ied"
    elif base in _DOUBLED:
        past = done = f"{base}{base[-1]}ed"
    else:
        past = done = f"{base}ed"
    return Verb(base, past, done, tail)


def _s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}s"


def pluralise_english(text: str) -> str:
    """Return the plural of ``head of mission``: of its head noun."""
    for link in (" of ", " for ", " to ", " in ", " and "):
        if link in text:
            head, _, rest = text.partition(link)
            return f"{pluralise_english(head)}{link}{rest}"
    head, _, last = text.rpartition(" ")
    plural = (
        _PLURALS.get(last)
        or (f"{last[:-3]}men" if last.endswith("man") and last != "german" else "")
        or (last if last.endswith(("ing", "s")) and not last.endswith("ss") else _s(last))
    )
    return f"{head} {plural}" if head else plural


def plurals(text: str, language: str) -> str:
    """Return the plural of ``chef de mission`` or ``casque bleu``: of each word up to the first link."""
    out = []
    linked = False
    for word in text.split():
        linked = (
            linked
            or word in {"de", "d'", "du", "des", "del", "à", "a", "en", "pour", "para", "por", "au", "aux"}
            or (word.startswith("d'"))
        )
        out.append(word if linked else _plural(word, language))
    return " ".join(out)


def _plural(word: str, language: str) -> str:
    if word.endswith(("s", "x")) and not (language == "es" and word.endswith(("és", "ís"))):
        return word
    if language == "fr":
        if word.endswith("al"):
            return f"{word[:-2]}aux"
        return f"{word}x" if word.endswith(("eau", "eu")) and word != "bleu" else f"{word}s"
    if word.endswith("z"):
        return f"{word[:-1]}ces"
    for ending, plain in (("ión", "iones"), ("án", "anes"), ("és", "eses"), ("ín", "ines"), ("ón", "ones")):
        if word.endswith(ending):
            return word[: -len(ending)] + plain
    return f"{word}s" if word[-1] in "aeiouéá" else f"{word}es"


def adjective_forms(text: str, language: str) -> Iterator[str]:
    """Yield all genders and numbers of an adjective, given in the masculine singular."""
    head, _, last = text.rpartition(" ")
    before = f"{head} " if head else ""
    for form in _genders(last, language):
        yield f"{before}{form}"
        yield f"{before}{_plural(form, language)}"


_FEMININE_FR = (
    ("ien", "ienne"), ("éen", "éenne"), ("on", "onne"), ("el", "elle"), ("if", "ive"), ("eux", "euse"), ("er", "ère"),
    ("eur", "euse"), ("ul", "ulle"), ("et", "ette"), ("c", "que"), ("f", "ve"), ("teur", "trice"),
)  # fmt: skip


def _genders(word: str, language: str) -> Iterator[str]:
    yield word
    if language == "fr":
        if not word.endswith("e"):
            yield f"{word}e"
        for ending, other in _FEMININE_FR:
            if word.endswith(ending):
                yield word[: -len(ending)] + other
        return
    if word.endswith("o"):
        yield f"{word[:-1]}a"
    for ending, other in (("és", "esa"), ("án", "ana"), ("or", "ora"), ("ol", "ola"), ("ín", "ina"), ("ón", "ona")):
        if word.endswith(ending):
            yield word[: -len(ending)] + other


class Form(NamedTuple):
    """One form of a verb.

    Attributes:
        text: as it is written.
        tense: ``one``, ``many`` (present), ``was``, ``were`` (imperfect), ``will``, ``would``, ``past``, ``plain``,
            ``done``, ``ing``, ``may`` (subjunctive).
    """

    text: str
    tense: str


def conjugate(verb: str, language: str) -> Iterator[Form]:
    """Yield the forms of a verb of a regular group."""
    yield from _french(verb) if language == "fr" else _spanish(verb)


def _french(verb: str) -> Iterator[Form]:
    if verb.endswith("er"):
        yield from _first_group(verb)
        return
    if verb.endswith("ir"):
        stem = verb[:-1]
        yield from irregular_forms(
            [f"{stem}t", f"{stem}ssent", f"{stem}ss", verb, f"{stem}t", f"{stem}rent", stem], verb, "fr"
        )
        return
    stem = verb[:-2]
    yield from irregular_forms(
        [stem, f"{stem}ent", stem, verb[:-1], f"{stem}it", f"{stem}irent", f"{stem}u"], verb, "fr"
    )


def _first_group(verb: str) -> Iterator[Form]:
    stem = verb[:-2]
    soft = f"{stem}e" if stem.endswith("g") else f"{stem[:-1]}ç" if stem.endswith("c") else stem
    strong = [stem]
    if stem.endswith("y"):
        strong.append(f"{stem[:-1]}i")
    if stem[-1:] in {"l", "t"} and stem[-2:-1] == "e":
        strong.append(f"{stem}{stem[-1]}")
    if stem[-2:-1] in {"e", "é"}:
        strong.append(f"{stem[:-2]}è{stem[-1]}")
    for one in strong:
        yield Form(f"{one}e", "one")
        yield Form(f"{one}ent", "many")
        yield from (Form(f"{one}er{end}", "will") for end in ("a", "ont"))
        yield from (Form(f"{one}er{end}", "would") for end in ("ait", "aient"))
    yield Form(f"{soft}ons", "many")
    yield from (Form(f"{soft}ait", "was"), Form(f"{soft}aient", "were"))
    yield from (Form(f"{soft}a", "past"), Form(f"{stem}èrent", "past"))
    yield from (Form(f"{stem}é{end}", "done") for end in ("", "e", "s", "es"))
    yield from (Form(f"{soft}ant", "ing"), Form(verb, "plain"))


def irregular_forms(parts: list[str], verb: str, language: str) -> Iterator[Form]:
    """Yield the forms of a verb from its parts.

    Args:
        parts: present of one, of many, stem of the imperfect, of the future, past of one, of many, participle; in
            Spanish also the form in -ndo and the subjunctive.
        verb: its infinitive.
        language: ``fr`` or ``es``.
    """
    one, many, imperfect, future, past, pasts, done, *more = parts
    yield from (Form(one, "one"), Form(many, "many"), Form(past, "past"), Form(pasts, "past"), Form(verb, "plain"))
    if language == "fr":
        yield from (Form(f"{imperfect}ait", "was"), Form(f"{imperfect}aient", "were"), Form(f"{imperfect}ons", "many"))
        yield from (Form(f"{future}{end}", "will") for end in ("a", "ont"))
        yield from (Form(f"{future}{end}", "would") for end in ("ait", "aient"))
        yield from (Form(f"{done}{end}", "done") for end in ("", "e", "s", "es"))
        yield Form(f"{imperfect}ant", "ing")
        yield Form(f"{imperfect}e", "may")
        return
    yield from (Form(imperfect, "was"), Form(f"{imperfect}n", "were"))
    yield from (Form(f"{future}{end}", "will") for end in ("á", "án"))
    yield from (Form(f"{future}{end}", "would") for end in ("ía", "ían"))
    yield from (Form(f"{done[:-1]}{end}", "done") for end in ("o", "a", "os", "as"))
    ing, may = more
    yield from (Form(ing, "ing"), Form(f"{ing}se", "ing"), Form(may, "may"), Form(f"{may}n", "may"))
    stem = pasts.removesuffix("on")
    if pasts.endswith("ron"):
        yield from (Form(f"{stem}a", "past"), Form(f"{stem}an", "past"), Form(f"{stem[:-2]}se", "past"))
    yield from (Form(f"{verb}{end}", "plain") for end in ("se", "lo", "la", "los", "las", "le", "les"))


def _spanish(verb: str) -> Iterator[Form]:
    stem, group = verb[:-2], verb[-2:]
    if group == "ar":
        soft = (
            f"{stem[:-1]}c" if stem.endswith("z") else f"{stem}u" if stem.endswith("g") else f"{stem[:-1]}qu"
            if stem.endswith("c") else stem
        )  # fmt: skip
        parts = [f"{stem}a", f"{stem}an", f"{stem}aba", verb, f"{stem}ó", f"{stem}aron", f"{stem}ado", f"{stem}ando",
                 f"{soft}e"]  # fmt: skip
    else:
        vowel = stem[-1:] in tuple("aeo")
        third, thirds, ing = ("yó", "yeron", "yendo") if vowel else ("ió", "ieron", "iendo")
        done = f"{stem}ído" if vowel else f"{stem}ido"
        soft = f"{stem[:-1]}zc" if stem.endswith("c") and verb.endswith("cer") else (
            f"{stem[:-1]}j" if stem.endswith("g") else stem
        )  # fmt: skip
        parts = [f"{stem}e", f"{stem}en", f"{stem}ía", verb, f"{stem}{third}", f"{stem}{thirds}", done, f"{stem}{ing}",
                 f"{soft}a"]  # fmt: skip
    yield from irregular_forms(parts, verb, "es")
