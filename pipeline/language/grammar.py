"""Put glossed words into English order: tense, "not", adjectives, "to". Pure."""

from __future__ import annotations

import re

from pipeline.language.tokens import Token

_TO = frozenset({"de", "d'", "à", "a", "pour", "para", "por"})
_KEEPS_THE = ("United ", "Netherlands", "Philippines", "Gambia", "Bahamas", "Democratic ", "Central ")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AUX = frozenset(
    [
        "will",
        "would",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
    ]
)
_TOWARDS = frozenset(
    [
        "arrive",
        "return",
        "go",
        "come",
        "contribute",
        "rise",
        "fall",
        "leave",
        "join",
        "reduce",
        "raise",
        "hand",
        "begin",
        "belong",
        "say",
        "tell",
        "give",
        "grant",
        "pay",
        "offer",
        "call",
        "pass",
        "increase",
        "become",
        "provide",
        "supply",
        "deliver",
        "extend",
    ]
)
_TO_A_COUNTRY = frozenset(["send", "deploy", "bring", "withdraw", "take"])


def rearrange(found: list[Token]) -> list[Token]:
    """Put the words of ``found`` into English order."""
    return _nouns(_prepositions(_infinitives(_denied(_perfect([t for t in found if t.tag != "z"])))))


def _perfect(found: list[Token]) -> list[Token]:
    """Turn ``a approuvé`` into ``approved``, ``ont été tués`` into ``were killed``."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        if token.tag not in {"h", "b"}:
            out.append(token)
            at += 1
            continue
        end = at + 1
        between: list[Token] = []
        been = False
        while end < len(found) and found[end].tag in {"r", "o", "B"}:
            if found[end].tag == "B":
                been = True
            else:
                between.append(found[end])
            end += 1
        done = found[end] if end < len(found) and found[end].tag == "q" else None
        is_now = token.text in {"has", "have", "is", "are"}
        many = token.text in {"have", "are"}
        denied = any(t.tag == "o" for t in between)
        if token.tag == "h" and been:
            helper = ("were" if many else "was") if is_now else f"{token.text} been"
            out += [Token(helper, token.low, "b", token.gap), *between]
            if done is not None:
                out.append(done)
                end += 1
            at = end
        elif done is not None and (token.tag == "h" or done.extra[3:] == ("goes",)) and is_now and not denied:
            out += [*between, Token(done.extra[2], done.low, "v", token.gap, ("past", *done.extra[1:]))]
            at = end + 1
        elif done is not None and token.tag == "b" and done.extra[3:] == ("goes",) and denied and is_now:
            out += [Token("have" if many else "has", token.low, "b", token.gap), *between, done]
            at = end + 1
        else:
            out.append(token)
            at += 1
    return out


def _denied(found: list[Token]) -> list[Token]:
    """Turn ``n'approuve pas`` and ``no aprobó`` into ``does not approve`` and ``did not approve``."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        after = found[at + 1] if at + 1 < len(found) else None
        if token.tag == "o" and after is not None and after.tag in {"v", "h", "b", "m"}:  # Spanish: before the verb
            out.append(_not(after, token.gap, token.text))
            at += 2
        elif token.tag in {"v", "m"} and not token.text.endswith(" to") and (end := _not_at(found, at + 1)):
            out += [_not(token, token.gap, found[end].text), *found[at + 1 : end]]
            at = end + 1
        else:
            out.append(token)
            at += 1
    return out


def _not_at(found: list[Token], at: int) -> int:
    """Return where "not" stands at ``at`` or behind adverbs; 0 where it does not."""
    while at < len(found) and found[at].tag == "r":
        at += 1
    return at if at < len(found) and found[at].tag == "o" else 0


def _not(verb: Token, gap: bool, word: str) -> Token:
    head, _, rest = verb.text.partition(" ")
    if head in _AUX:
        text = f"{head} {word} {rest}".rstrip()
    elif verb.extra:
        helper = "did" if verb.extra[0] == "past" else "do" if verb.extra[0] == "many" else "does"
        text = f"{helper} {word} {verb.extra[1]}"
    else:
        text = f"{word} {verb.text}"
    return Token(text, verb.low, verb.tag, gap, verb.extra)


def _infinitives(found: list[Token]) -> list[Token]:
    """Turn ``pour approuver`` into ``to approve``, ``peut approuver`` into ``can approve``."""
    out: list[Token] = []
    for token in found:
        if token.tag == "i":
            if out and out[-1].tag == "d" and out[-1].text == "the":
                out.pop()  # "les retirer": the pronoun tells nothing
            last = out[-1] if out else None
            if last is not None and last.low == "al":  # "al estallar una mina"
                last.text = "as"
                out.append(Token(token.extra[2], token.low, "v", token.gap, ("past", *token.extra[1:])))
                continue
            if last is not None and last.low in _TO and last.tag in {"p", "d"}:
                last.text = ""
                out.append(Token(f"to {token.text}", token.low, "i", token.gap or last.gap, token.extra))
                continue
            bare = last is not None and (
                last.tag == "m" or last.text.endswith(" to") or last.text in {"without", "not"}
            )
            if not bare:
                token = Token(f"to {token.text}", token.low, "i", token.gap, token.extra)
        elif token.tag == "g" and out and out[-1].low == "en":
            out[-1].text = ""  # "en tuant"
        out.append(token)
    return out


def _prepositions(found: list[Token]) -> list[Token]:
    """Fix prepositions: no article before a country, "in" before a place, no "of" after a million."""
    out: list[Token] = []
    for at, token in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        text = token.text
        if token.tag in {"d", "p"} and after is not None:
            if after.tag == "c" and not after.text.startswith(_KEEPS_THE):
                text = "" if text.lower() == "the" else text.removesuffix(" the")
            if token.low in {"à", "au", "aux"} and after.tag in {"c", "N"}:
                text = "in" if not after.text.startswith(_KEEPS_THE) else "in the"
            if text == "until" and _is_count(after):
                text = "up to"
            if text == "of" and _is_count(after) and at + 2 < len(found) and found[at + 2].low in {"a", "à"}:
                text = "from"  # "de 300 à 600"
            if text == "near" and _is_count(after):
                text = "nearly"
            if text == "according to" and after.tag == "v":
                text = "as"
            if _is_personal(token, out, after):
                text = ""
            if token.low in {"de", "d'", "des"} and out and out[-1].text in {"million", "billion"}:
                text = ""
        if text != token.text:
            token = Token(text, token.low, token.tag, token.gap, token.extra)
        if token.text or token.low in {"", "ne", "n'"}:
            out.append(token)
    return [t for t in out if t.text]


def _is_count(token: Token) -> bool:
    is_number = token.low[:1].isdigit() and not _YEAR.fullmatch(token.low)
    return token.tag == "#" or (is_number and token.tag != "D")


def _is_personal(token: Token, before: list[Token], after: Token) -> bool:
    """Decide whether ``a`` is the Spanish personal one: ``retirará a sus soldados``."""
    if token.low not in {"a", "al"} or (after.tag not in {"d", "c", "n", "t", "a"} and not _is_count(after)):
        return False
    if not before:
        return False
    verb = before[-1]
    if verb.tag not in {"v", "i", "q"} or len(verb.extra) < 2:
        return False
    plain = verb.extra[1].split()[0]
    return plain not in _TOWARDS and not (after.tag == "c" and plain in _TO_A_COUNTRY)


def _nouns(found: list[Token]) -> list[Token]:
    """Adjectives before their noun, and an organisation before what it sends: ``African Union mission``."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        if token.tag != "n":
            out.append(token)
            at += 1
            continue
        end = at + 1
        told: list[Token] = []
        while end < len(found) and found[end].tag == "a" and len(told) < 3:
            told.insert(0, found[end])
            end += 1
        sender: list[Token] = []
        at_sender = _sender(found, end)
        if at_sender:
            body = found[at_sender]
            sender = [Token(body.text.removeprefix("the "), body.low, body.tag, body.gap)]
            end = at_sender + 1
        moved = [*sender, *told]
        if not moved:
            out.append(token)
        else:
            first = moved[0]
            out.append(Token(first.text, first.low, first.tag, token.gap, first.extra))
            out += [Token(t.text, t.low, t.tag, True, t.extra) for t in moved[1:]]
            out.append(Token(token.text, token.low, "n", True, token.extra))
        at = end
    return out


def _sender(found: list[Token], at: int) -> int:
    """Return where the organisation stands after "of" or "of the" at ``at``; 0 where none does."""
    if at >= len(found) or found[at].text not in {"of", "of the"}:
        return 0
    at += 1
    if at < len(found) and found[at].text == "the":
        at += 1
    return at if at < len(found) and found[at].tag == "O" else 0
