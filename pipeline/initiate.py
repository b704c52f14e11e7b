"""A watch from one article: the mission's names, place, sponsor and lead, and the baseline facts. Pure.

What comes out is a draft: it runs unreviewed, and is better after a person has read it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from pipeline.board import subject_key
from pipeline.errors import ContentError
from pipeline.model import AlertRule, Article, Aspect, Baseline, Claim, Fact, Name, Precision, Stage, Watch
from pipeline.reading import RuleReader, countries, mission, sentences
from pipeline.text import content_id, shorten, squeeze

MAX_TEXT = 200_000  # characters; a longer text is no article
FACT_FLOOR = 0.2  # confidence from which a claim of the article becomes a baseline fact
_PAREN = re.compile(r"\(([A-Z][A-Za-z]{1,9})\)")
_MONTHS_TEXT = """January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday"""
_MONTHS_AND_DAYS = frozenset(_MONTHS_TEXT.split())
_SMALL = frozenset({"of", "in", "for", "the", "to", "and", "on", "de", "la", "du", "en"})
_HEAD = re.compile(
    r"\b(?:mission|force|operation|observers?|monitors?|monitoring|contingent|peacekeep\w+|patrol)\b", re.IGNORECASE
)
_OTHER_BODY = re.compile(
    r"\b(?:Office|Organi[sz]ation|Council|Union|States|Committee|Community|Ministry|Department|Army|Police|Fund"
    r"|Agency|Bank|Group)\b"
    r"(?! (?:Mission|Force|Transition|Military|Training|Monitoring|Observ))"
)
_PROPER = re.compile(
    r"\b((?:[A-Z][\w’'-]+ ){1,6}(?:Mission|Force|Operation|Observer Group|Monitoring Team)(?: (?:in|for"
    r"|of) (?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)?)"
)
_OFFICIAL = re.compile(
    r" (?:deputy |foreign |prime )?(?:secretary|president|minister|ambassador|officials?|envoy|senator|government)\b",
    re.IGNORECASE,
)
_SEA_OR_REGION = re.compile(
    r"\b(?:mission|force|operation|patrols?|observers?|monitors?|peacekeepers)(?: \([A-Z]\w+\))? "
    r"(?:in|for|off|on) (?:the )?"
    r"((?:[A-Z][\w’'-]+ (?:of |of the )?){0,2}[A-Z][\w’'-]+)",
)
_LED = re.compile(
    r"\b([A-Z][\w.]+(?: [A-Z][\w.]+){0,3})-led\b|\b(?:led|run|commanded"
    r"|headed) by (?:the )?([A-Z][\w.]+(?: [A-Z][\w.]+){0,3})"
)


def draft_watch(text: str, *, published: datetime, url: str, slug: str) -> Watch:
    """A watch for the mission that a plain article is about.

    Args:
        text: a title line, then paragraphs.
        published: UTC-aware; the day from which the baseline holds.
        url: where the article stands, or an empty string.
        slug: the watch's short name.

    Returns:
        An unreviewed watch without feeds, with one rule that takes every change; each fact's quote
        stands verbatim in the baseline's text.

    Raises:
        ContentError: the text is empty, too large, or names neither a mission nor a place.
    """
    if not text.strip():
        raise ContentError("empty", "The article is empty.", remedy="Give a text with a title line and paragraphs.")
    if len(text) > MAX_TEXT:
        raise ContentError("too-large", f"The article has over {MAX_TEXT:,} characters.", remedy="Give one article.")
    title = next(line.strip() for line in text.splitlines() if line.strip())
    long, acronym = _name(text)
    place = _place(text, title, long)
    if not place and not long and not acronym:
        raise ContentError(
            "no-text", "The article names neither a mission nor a country.", remedy="Give an article about one mission."
        )
    parts = sentences.split(text)
    lead = _lead(parts, place, long)
    names = _names(long, acronym, place, title)
    bare = Watch(
        slug=slug,
        title=squeeze(f"{long or acronym or title}"),
        names=names,
        places=(place,) if place else (),
        languages=("en",),
        feeds=(),
        baseline=Baseline(title, "", published, url, text, (lead,) if lead else ()),
        rules=(AlertRule("every change"),),
    )
    facts = _facts(text, title, bare, lead)
    return Watch(
        slug=slug,
        title=bare.title,
        names=names,
        places=bare.places,
        languages=bare.languages,
        feeds=(),
        baseline=Baseline(title, "", published, url, text, facts),
        rules=bare.rules,
    )


def _names(long: str, acronym: str, place: str, title: str) -> tuple[Name, ...]:
    names = []
    if long:
        names.append(Name(long))
    if acronym:
        # Five letters and more are nobody else's initials.
        names.append(Name(acronym, acronym=True, context=_context(place) if len(acronym) < 5 else ()))
    if not names:
        names.append(Name(f"{place} mission" if place else shorten(title, 60)))
    return tuple(names)


def _context(place: str) -> tuple[str, ...]:
    country = countries.BY_NAME.get(place)
    return (*country.words, *country.capitals) if country else ((place,) if place else ())


def _name(text: str) -> tuple[str, str]:
    """The long name and the acronym that most likely are the mission's; either may be empty."""
    found: Counter[tuple[str, str]] = Counter()
    for m in _PAREN.finditer(text):
        short = m.group(1)
        if sum(c.isupper() for c in short) < 2:
            continue
        long = _expansion(text[max(0, m.start() - 120) : m.start()].rstrip(), short)
        after = text[m.end() : m.end() + 30]
        if not long or (_OTHER_BODY.search(long) and not _HEAD.search(long)):
            continue
        if not (_HEAD.search(long) or _HEAD.match(after.lstrip())):
            continue
        uses = len(re.findall(rf"(?<!\w){re.escape(short)}(?!\w)", text))
        found[long, short] = max(found[long, short], 10 * uses - m.start() // 200)
    if found:
        return max(found, key=lambda pair: (found[pair], pair))
    proper = Counter(m.group(1).removeprefix("The ") for m in _PROPER.finditer(text))
    if proper:
        return max(proper, key=lambda name: (proper[name], len(name), name)), ""
    return "", ""


def _expansion(before: str, short: str) -> str:
    """The words before a bracket that its initials stand for."""
    words = before.rsplit("\n", 1)[-1].split()
    if len(words) > 2 and _HEAD.fullmatch(words[-1]) and words[-1].islower() and words[-2][:1].isupper():
        words = words[:-1]  # "Ruritania Support mission (RS)"
    letters = [c.lower() for c in short if c.isalpha()]
    capitalised: list[str] = []
    for word in reversed(words):
        if capitalised and word.endswith((".", ",", ";", ":")):
            break
        if word[:1].isupper() or (word in _SMALL and capitalised):
            capitalised.insert(0, word)
        else:
            break
        if len(capitalised) > 9 or word.endswith((".", ",", ";", ":")):
            break
    while capitalised and capitalised[0] in _SMALL | {"The", "A"}:
        capitalised.pop(0)
    if len(capitalised) >= 2:
        return " ".join(capitalised).strip(" ,;:")
    for count in range(2, 10):
        tail = words[-count:]
        initials = [w[0].lower() for w in tail if w not in _SMALL or len(tail) <= len(letters)]
        if initials == letters:
            return " ".join(tail)
    return ""


def _place(text: str, title: str, long: str) -> str:
    """Where the mission works: a country, else a sea or region, by its name or by "mission in X"."""
    for m in countries.mentions(long):
        return m.name
    named = re.search(r" (?:in|for) (?:the )?([A-Z][\w’' -]+)$", long)
    if named:
        return named.group(1)
    votes: Counter[str] = Counter()
    first: dict[str, int] = {}
    for m in countries.mentions(text):
        if m.capital:
            continue
        first.setdefault(m.name, m.start)
        before, after = text[max(0, m.start - 40) : m.start], text[m.end : m.end + 30]
        votes[m.name] += 1
        if re.search(
            r"\b(?:mission|force|operation|troops|peacekeepers|crisis|gangs|war|ceasefire"
            r"|elections?)\b[\w ()]{0,16} (?:in|for|to|of) $",
            before,
        ):
            votes[m.name] += 3
        if re.match(r"(?:['’]s)? (?:\w+ ){0,2}(?:mission|force|operation|crisis)\b", after):
            votes[m.name] += 3
        if re.match(r"(?:['’]s)?-led\b| (?:police|soldiers|troops|officers)\b", after) or re.search(
            r"led by $", before
        ):
            votes[m.name] -= 3
        if _OFFICIAL.match(after):
            votes[m.name] -= 1
    for m in countries.mentions(title):
        if not m.capital:
            votes[m.name] += 1
    for found in _SEA_OR_REGION.finditer(text):
        if not countries.mentions(found.group(1)) and found.group(1) not in _MONTHS_AND_DAYS:
            votes[found.group(1)] += 4
            first.setdefault(found.group(1), found.start())
    return max(votes, key=lambda name: (votes[name], -first.get(name, 0))) if votes else ""


def _lead(parts: tuple[sentences.Sentence, ...], place: str, long: str) -> Fact | None:
    """Who leads the mission, with the sentence that says so: "X-led", "run by X", or the sender in its name."""
    for part in parts:
        for m in _LED.finditer(part.text):
            who = m.group(1) or m.group(2)
            named = [c.name for c in countries.mentions(who) if c.name != place]
            body = next((full for full, short in mission.ORGANISATIONS.items() if who == full or who in short), "")
            if (named or body) and not re.search(
                r"\b(?:push|want|would|next|propos|replace)\w* [^.]{0,40}$", part.text[: m.start()]
            ):
                return Fact(Aspect.LEAD, "mission", Stage.IN_EFFECT, named[0] if named else body, part.text, part.start)
    sender = next((full for full in mission.ORGANISATIONS if mission.sends(full, long)), "")
    if sender:
        for part in parts:
            if long in part.text:
                return Fact(Aspect.LEAD, "mission", Stage.IN_EFFECT, sender, part.text, part.start)
    return None


def _facts(text: str, title: str, watch: Watch, lead: Fact | None) -> tuple[Fact, ...]:
    """The facts that the article states, each aspect and subject once, in text order."""
    baseline = watch.baseline
    article = Article(
        article_id=content_id("article", baseline.url, text),
        entry_id=content_id("entry", baseline.url),
        url=baseline.url,
        outlet="",
        title=title,
        text=text,
        published=baseline.published,
        precision=Precision.DAY,
        published_source="given",
        fetched_at=baseline.published,
    )
    best: dict[tuple[Aspect, str, Stage], Claim] = {}
    for claim in RuleReader().read(article, watch).claims:
        if claim.confidence < FACT_FLOOR or claim.quote.strip() == title or claim.quote[-1:] not in '.!?"”’':
            continue
        key = (claim.aspect, subject_key(claim.aspect, claim.subject), claim.stage)
        if key not in best or best[key].confidence < claim.confidence:
            best[key] = claim
    facts = [Fact(c.aspect, c.subject, c.stage, c.value, c.quote, c.start, c.event_date) for c in best.values()]
    if lead is not None:
        facts.append(lead)
    return tuple(sorted(facts, key=lambda f: (f.start, f.aspect.value, f.subject)))
