"""Read articles in other languages than English, quoting them in their own words. Pure.

French and Spanish are told in English first (:mod:`pipeline.language`), so that one set of rules reads all three and
what a French outlet reports confirms what an English one did. Each quote is then cut from the article as it stands.
Other languages are not read at all: rules for English would find nonsense in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from pipeline import language
from pipeline.model import Article, Claim, Reading, Watch, countries
from pipeline.reading.embedded import sentences
from pipeline.reading.embedded.sentences import Sentence

Read = Callable[[Article, tuple[Sentence, ...], Watch], Reading]
# The host's own soldiers and police are never the mission's.
_PEOPLE = (
    r"(?:soldiers?|troops|battalions?|brigades?|contingents?|patrols?|police officers?|policemen|gendarmes?|guards?)"
)
_UNREAD = "the embedded engine does not read it (a language model reader does)"


def language_of(article: Article) -> str:
    """Detect the language of ``article`` by its words; what was declared is a hint."""
    return language.detect_language(article.title, article.text, article.language)


def sentences_of(article: Article) -> tuple[Sentence, ...]:
    """Return the sentences of ``article``, in its own words."""
    return sentences.split_sentences(article.text, language_of(article))


def languages_read(watch: Watch) -> frozenset[str] | None:
    """Return the codes of the languages in which articles are read for ``watch``; None where a model reads any."""
    return None if watch.reader.kind == "llm" else frozenset({language.ENGLISH, *language.GLOSSED})


def is_for_a_model(article: Article, watch: Watch) -> bool:
    """Decide whether a language model should read ``article`` because the embedded engine can't.

    Without a reader for its language all that can be told is whether it has a name or a place of the watch, or is in a
    language that the watch asks for.
    """
    code = language_of(article)
    if code in (language.ENGLISH, *language.GLOSSED):
        return False
    if code in watch.languages:
        return True
    known = "|".join(re.escape(word) for word in (*(name.text for name in watch.names), *watch.places))
    return bool(re.search(rf"(?<!\w)(?:{known})(?!\w)", f"{article.title}\n{article.text}", re.IGNORECASE))


def read(article: Article, watch: Watch, engine: str, read_english: Read) -> Reading:
    """Read ``article`` with ``read_english``, in whichever of the known languages it is.

    Args:
        article: in any language.
        watch: the mission; its baseline too may be French or Spanish.
        engine: the name for a reading that ``read_english`` does not make.
        read_english: reads an article, given its sentences, with what the watch says in English.
    """
    code = language_of(article)
    if code == language.ENGLISH:
        return read_english(article, sentences.split_sentences(article.text), watch_in_english(watch))
    if code not in language.GLOSSED:
        reason = f"written in {language.language_name(code)}; {_UNREAD}"
        return Reading(article.article_id, engine, False, reason)
    told, parts = _without_the_hosts(*gloss_article(article, code, watch), watch)
    reading = read_english(told, parts, watch_in_english(watch))
    by_start = {part.start: part for part in parts}
    claims = tuple(_in_its_words(claim, article, by_start[claim.start]) for claim in reading.claims)
    return replace(reading, claims=claims)


def gloss_article(article: Article, code: str, watch: Watch) -> tuple[Article, tuple[Sentence, ...]]:
    """Gloss ``article`` in English, and its sentences at the places of the original."""
    whole = f"{article.title}\n{article.text}"
    names = (*((name.text, name.text) for name in watch.names), *language.english_names(whole, code).items())
    parts = tuple(
        part._replace(text=language.gloss(part.text, code, names))
        for part in sentences.split_sentences(article.text, code)
    )
    lines: dict[int, list[str]] = {}
    for part in parts:
        lines.setdefault(part.paragraph, []).append(part.text)
    text = "\n\n".join(" ".join(line) for line in lines.values())
    return replace(article, title=language.gloss(article.title, code, names), text=text), parts


def _without_the_hosts(
    told: Article, parts: tuple[Sentence, ...], watch: Watch
) -> tuple[Article, tuple[Sentence, ...]]:
    """Call the host's own people "local": ``Chadian soldiers`` are none of a mission in Chad."""
    pattern = _own_people(watch.places)
    if pattern is None:
        return told, parts

    def local(text: str) -> str:
        return pattern.sub(lambda m: f"local {m['after'] or m['before']}", text)

    local_parts = tuple(part._replace(text=local(part.text)) for part in parts)
    return replace(told, title=local(told.title), text=local(told.text)), local_parts


@lru_cache(maxsize=64)
def _own_people(places: tuple[str, ...]) -> re.Pattern[str] | None:
    known = [countries.BY_NAME.get(place) for place in places]
    words = [w for place, country in zip(places, known, strict=True) for w in (country.words if country else (place,))]
    if not words:
        return None
    host = "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))
    behind = [rf" of (?:the )?(?:{host})"]
    # A place that no table has: its people are called by a word that begins like its name.
    behind += [
        rf" (?i:{re.escape(place[:-1])})\w*" for place, country in zip(places, known, strict=True) if not country
    ]
    before = rf"(?P<before>{_PEOPLE})(?:{'|'.join(behind)})"
    return re.compile(rf"\b(?:(?:{host}) (?P<after>(?:\w+ )?{_PEOPLE})|{before})(?!\w)")


@lru_cache(maxsize=32)
def watch_in_english(watch: Watch) -> Watch:
    """Return ``watch`` with its baseline in English; itself where it is so already."""
    base = watch.baseline
    code = language.detect_language(base.title, base.text)
    if code not in language.GLOSSED:
        return watch
    names = (*((name.text, name.text) for name in watch.names), *language.english_names(base.text, code).items())
    title, text = (language.gloss(part, code, names) for part in (base.title, base.text))
    return replace(watch, baseline=replace(base, title=title, text=text))


def _in_its_words(claim: Claim, article: Article, part: Sentence) -> Claim:
    """Return ``claim`` with its quote as the article has it."""
    return replace(claim, quote=article.text[part.start : part.end])
