"""Gloss French and Spanish in English, word by word. Pure and deterministic; for rules, never for people.

It is no translation. It keeps who, what, how many, when and how sure, in words that the rules for English know: verbs
with their tense and their "not", nouns with their adjectives before them, numbers, dates and countries. What it does
not know stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from pipeline.language.dates import merge_dates
from pipeline.language.detect import detect_sentence_language
from pipeline.language.grammar import rearrange
from pipeline.language.lexicon import Entry, Lexicon, lexicon
from pipeline.language.tokens import Token, merge_numbers, tokenize

GLOSSED = ("fr", "es")  # the languages that are glossed in English

_HEADS = (
    r"(?:Mission|Force|Opération|Mécanisme|Contingent|Dispositif|Bureau|Autorité|Groupe|Misión|Fuerza|Operación"
    r"|Mecanismo|Contingente|Oficina|Autoridad|Grupo|Equipo|Équipe)"
)
_DEFINED = re.compile(rf"\b({_HEADS}(?: [^\W\d_][\w'’-]*){{1,11}}),? \(?\(([A-Z][A-Za-z-]{{2,11}})\)")
# A name without initials: words with capitals, joined by small ones: "Misión de Verificación de las Naciones Unidas".
_CAPITALISED = re.compile(
    rf"\b({_HEADS}(?: (?:de|du|des|del|la|le|les|las|los|el|pour|para|en|au|aux|à|a|y|et|unies|africaine|européenne)\b"
    r"| (?:de |du |pour )?[dl]['’]| ?[A-ZÀ-Þ][\w’'-]+){1,14})"
)
_CAPITAL = re.compile(r"(?<!\w)[A-ZÀ-Þ]")
_PLACE = re.compile(r" (?:in|to|for) (?:the )?([A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)*)$")
_JOINT = re.compile(r" (?:of|for|to|against)(?: the)? ")
_AN = re.compile(r"\b([Aa])(?= [aeiouAEIO])")
_SMALL = frozenset({"of", "the", "in", "for", "and", "to", "on", "against"})
_OWN_SMALL = frozenset({"unies", "africaine", "européenne"})
_BETWEEN = frozenset({"se", "s'", "pas", "ne", "n'", "y", "en", "le", "la", "l'", "les", "a", "à"})
_SHORT = 4  # letters of initials that may be another word's too
_BEFORE_A_NOUN = frozenset({"d", "p", "a", "#"})


def to_english(text: str) -> str:
    """Return ``text``, one sentence, in English where it is French or Spanish; else itself."""
    language = detect_sentence_language(text)
    return gloss(text, language) if language in GLOSSED else text


def gloss(text: str, language: str, names: tuple[tuple[str, str], ...] = ()) -> str:
    """Gloss ``text`` in English, word by word.

    Args:
        text: one sentence, a title, or lines of them.
        language: one of :data:`GLOSSED`.
        names: names with what is to stand for each.
    """
    return "\n".join(_line(line, language, names) if line.strip() else "" for line in text.split("\n"))


@lru_cache(maxsize=8192)
def _line(text: str, language: str, names: tuple[tuple[str, str], ...]) -> str:
    words = lexicon(language)
    found: list[Token] = []
    at = 0
    wanted = dict(names)
    if pattern := _any_of(tuple(wanted)):
        low = {name.casefold(): told for name, told in wanted.items()}
        for m in pattern.finditer(text):
            _told_after(found, text[at : m.start()], words)
            told = low.get(m.group().casefold(), m.group())
            found.append(Token(told, told.lower(), "N", m.start() == 0 or text[m.start() - 1] in " '’"))
            at = m.end()
    _told_after(found, text[at:], words)
    return _joined(rearrange(found))


@lru_cache(maxsize=256)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str] | None:
    longest = sorted(filter(None, names), key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE) if longest else None


def english_names(text: str, language: str) -> Mapping[str, str]:
    """Find the missions that ``text`` names with their initials, each with an English name.

    ``Mission multinationale de soutien à la sécurité (MMSS)`` is a Multinational Security Support Mission.
    """
    found: dict[str, str] = {}
    for m in _DEFINED.finditer(text):
        source = m.group(1)
        found.setdefault(source, _titled(gloss(source, language)))
        if len(m.group(2)) > _SHORT:
            found.setdefault(m.group(2), m.group(2).upper())  # "Minusma"
    for m in _CAPITALISED.finditer(text):
        source = _trimmed(m.group(1))
        if len(_CAPITAL.findall(source)) > 2:
            found.setdefault(source, _titled(gloss(source, language)))
    return {name: told for name, told in found.items() if not any(other.startswith(f"{name} ") for other in found)}


def _trimmed(name: str) -> str:
    """Return ``name`` without the small words, and those they belong to, that only follow it by chance."""
    words = name.split()
    while len(words) > 1 and not words[-1].lstrip("dlDL'’")[:1].isupper() and words[-1] not in _OWN_SMALL:
        words = words[:-1]
    return " ".join(words)


def _titled(text: str) -> str:
    """Return ``multinational mission of support to the security`` as ``Multinational Security Support Mission``."""
    place = _PLACE.search(text)
    tail = place.group() if place else ""
    head, *rest = _JOINT.split(text.removesuffix(tail))
    before, _, noun = head.rpartition(" ")
    words = " ".join(filter(None, (before, *reversed(rest), noun))).split()
    return " ".join(w if w in _SMALL else w[:1].upper() + w[1:] for w in words) + tail


def _told_after(out: list[Token], text: str, words: Lexicon) -> None:
    """Append the tokens of ``text`` with their English."""
    found = merge_dates(merge_numbers(tokenize(text), words.language), words.language)
    at = 0
    while at < len(found):
        token = found[at]
        if token.tag or not token.low[:1].isalpha():
            out.append(token)
            at += 1
            continue
        entry, size = _longest(found, at, words, out)
        if entry is None:
            out.append(_unknown(token, words.language))
        else:
            opens = not any(t.low[:1].isalnum() for t in out)
            own = (
                not opens and size == 1 and _is_name(token, entry, out, found[at + 1] if at + 1 < len(found) else None)
            )
            out.append(_unknown(token, words.language) if own else _told(found[at : at + size], entry, opens=opens))
        at += size


def _longest(found: list[Token], at: int, words: Lexicon, before: list[Token]) -> tuple[Entry | None, int]:
    """Return the entry of the most tokens from ``at`` on, and how many they are."""
    for size in range(min(words.longest, len(found) - at), 0, -1):
        part = found[at : at + size]
        if size > 1 and any(t.tag for t in part):
            continue
        kinds = words.entries.get(" ".join(t.low for t in part))
        if kinds:
            if "A" in kinds and not found[at].text.isupper():
                kinds = {kind: entry for kind, entry in kinds.items() if kind != "A"}
                if not kinds:
                    continue
            after = found[at + size] if at + size < len(found) else None
            return _fitting(kinds, found[at], before, after, words), size
    return None, 1


def _fitting(kinds: dict[str, Entry], token: Token, before: list[Token], after: Token | None, words: Lexicon) -> Entry:
    """Choose the kind that fits its neighbours: a noun after an article, a verb after a noun."""
    if "m" in kinds and len(kinds) > 1 and not _is_infinitive(after, words):
        kinds = {kind: entry for kind, entry in kinds.items() if kind != "m"}  # "compte 800 soldats"
    if "t" in kinds and after is not None and after.text[:1].isupper():
        return kinds["t"]
    if len(kinds) == 1:
        only = next(iter(kinds.values()))
        if only.tag == "m" and only.english.endswith(" to") and not _is_infinitive(after, words):
            return replace(only, english=only.english.removesuffix(" to"), tag="v")  # "desea que ..."
        return only
    if "A" in kinds and token.text.isupper():
        return kinds["A"]
    last = before[-1] if before else None
    nominal = last is not None and last.tag in _BEFORE_A_NOUN
    helped = last is not None and (last.tag in {"h", "b", "B", "o"} or (last.tag == "r" and len(before) > 1))
    order: tuple[str, ...] = ("v", "q", "n", "t", "a", "i")
    if helped:
        order = ("q", "v", "i", "n", "a")
    elif nominal:
        order = ("n", "t", "a", "c", "q", "v")
    if helped and last is not None and (last.tag == "b" or not any(kind in kinds for kind in ("q", "v"))):
        order = ("q", "a", "n", "v") if "q" in kinds and kinds["q"].goes else ("a", "q", "n", "v")
    if last is not None and last.tag in {"n", "a"} and "a" in kinds and "v" not in kinds:
        order = ("a", "q", "n")
    if last is None:
        order = ("n", "a", "v", "q", "i")
    if nominal and last is not None and last.tag == "d" and "n" in kinds:
        return kinds["n"]  # "l'est" is the east, "la fin" the end
    if before and token.text[:1].isupper() and "n" in kinds:
        return kinds["n"]  # "el Estado", not "estado"
    fixed = next((kinds[kind] for kind in kinds if kind not in "vinqagtc"), None)
    return fixed or next((kinds[kind] for kind in order if kind in kinds), next(iter(kinds.values())))


def _is_infinitive(token: Token | None, words: Lexicon) -> bool:
    return token is not None and (token.tag == "z" or "i" in words.entries.get(token.low, {}) or token.low in _BETWEEN)


def _is_name(token: Token, entry: Entry, before: list[Token], after: Token | None) -> bool:
    """Decide whether a capitalised word is somebody's name: ``Carlos Guerra``, not ``Fuerza Unida``."""
    if not token.text[:1].isupper() or token.text.isupper() or not before or not before[-1].low[:1].isalpha():
        return False
    last = before[-1]
    if entry.tag in {"v", "q", "i", "g"}:
        return True
    if entry.tag in {"d", "p"}:
        return after is not None and after.text[:1].isupper()  # "Al Sisi", "La Ceiba"
    if entry.tag == "a":
        if entry.english[:1].isupper():
            return False  # "un Kényan"
        return not (last.tag in {"n", "a", "O"} and (last.text[:1].isupper() or len(before) == 1))
    return entry.tag == "n" and last.tag in {"N", "t"} and last.text[:1].isupper() and not last.text.isupper()


def _told(part: list[Token], entry: Entry, *, opens: bool) -> Token:
    text, first = entry.english, part[0]
    shouted = first.text[:1].isupper()
    if shouted and not opens and text[:1].islower() and entry.tag in "nat":
        text = text[:1].upper() + text[1:]
    verb = entry.verb
    extra = (entry.tense, verb.plain, f"{verb.past}{verb.tail}", "goes" if entry.goes else "") if verb else ()
    return Token(text, " ".join(t.low for t in part), entry.tag, first.gap, extra)


def _unknown(token: Token, language: str) -> Token:
    word = token.text
    if word[:1].isupper():
        return Token(word, token.low, "N", token.gap)
    if language == "es":
        for ending, own in (("ciones", "tions"), ("ción", "tion"), ("mente", "ly"), ("dades", "ties"), ("dad", "ty")):
            if word.endswith(ending) and len(word) > len(ending) + 2:
                return Token(word.removesuffix(ending) + own, token.low, "", token.gap)
    return token


def _joined(found: list[Token]) -> str:
    out: list[str] = []
    for token in found:
        if not token.text:
            continue
        sign = {"«": "“", "»": "”", "¿": "", "¡": ""}.get(token.text, token.text)
        if not sign:
            continue
        closes = sign in {".", ",", ";", ":", "?", "!", ")", "]", "”", "…", "%"}
        if out and token.gap and not closes and not out[-1].endswith(("“", "(", "[")):
            out.append(" ")
        out.append(sign)
    text = _AN.sub(r"\1n", "".join(out))
    return text[:1].upper() + text[1:]
