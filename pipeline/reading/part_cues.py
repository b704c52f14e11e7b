"""The closed lists and patterns by which :mod:`pipeline.reading.parts` types what a sentence states."""

from __future__ import annotations

import re

from pipeline.model import Movement
from pipeline.reading.mission import ORGANISATIONS

NEW_NAME = re.compile(
    r"(?:become|becomes|became|becoming|into|to|called|create|creates|created|set up|authori[sz]ed?|approved"
    r"|for|as|by|with|replaced by|named)"
    r"(?: what its authors call)? (?:a|an|the|its)? ?(?:new |larger |expanded |renewed |[\"“])*"
    r"((?:[A-Z][\w’'-]+ ){1,6}?(?:Force|Mission|Operation|Group|Monitors|Observers)(?: [a-z]{2,3} [A-Z]\w+)?)"
)
SUCCESSION = re.compile(
    r"\b(?:becom\w+|became|transform\w*|convert\w*|conversion|turn(?:s|ed)? (?:\w+ ){0,4}into|replac\w+|transition\w*"
    r"|tak\w+ the place|took the place|succe\w+|giv\w+ way|tak\w+ over from|swap|be called|renam\w+|creat\w+|set up"
    r"|call\w*|uthori\w+)\b",
    re.IGNORECASE,
)
TITLE = (
    r"(?:President|Prime Minister|Minister|Secretary-General|Ambassador|Lieutenant General|Major General"
    r"|Brigadier General|General|Lt\.? Gen\.?|Maj\.? Gen\.?|Gen\.?|Brigadier|Colonel|Rear Admiral|Vice Admiral|Admiral"
    r"|Commodore|Commissioner|Mr|Ms|Mrs|Dr)"
)
NAME = r"[A-ZÀ-Þ][\w’'.-]+(?: (?:[A-ZÀ-Þ][\w’'.-]+|bin|al|de|da|van|von|der|del)){0,4}"
PERSON = re.compile(rf"\b{TITLE}\.? ({NAME})")
TO_PERSON = re.compile(
    rf"\b(?:to|by|with|for) (?:(?:the|a|an|his|her|its) )?(?:[\w-]+,? ){{0,3}}?(?:{TITLE}\.? )?({NAME})"
)
PAY = re.compile(
    r"\b(?:(?:a|per|each|every) (?:month|soldier|head|person|officer)|monthly"
    r"|for each (?:soldier|peacekeeper|officer))\b",
    re.IGNORECASE,
)
LEAST_SUM = 100_000  # a smaller sum is somebody's pay, and no mission's money
HANDED = re.compile(
    r"\b(?:hand(?:ed|s|ing)?|turn(?:ed|s)?|pass(?:ed|es)?)\b[^.;]*?\b(?:over|on|command|post|baton)\b", re.IGNORECASE
)
APPOINTED = re.compile(
    rf"\b(?:appoint\w*|nam(?:ed|es)|pick(?:ed|s)?|chos(?:e|en)|select\w*|nominat\w*|install\w*|swor\w+ in) "
    rf"(?:(?:as|the|an?) )?(?:[\w-]+ ){{0,4}}?(?:{TITLE}\.? )?({NAME})"
)
POSTS = (
    ("deputy force commander", "deputy force commander"),
    ("deputy commander", "deputy force commander"),
    ("deputy head", "deputy head of mission"),
    ("deputy special representative", "deputy head of mission"),
    ("force commander", "force commander"),
    ("special representative", "head of mission"),
    ("head of mission", "head of mission"),
    ("head of its mission", "head of mission"),
    ("head of the mission", "head of mission"),
    ("police commissioner", "police commissioner"),
    ("head of police", "police commissioner"),
    ("chief of staff", "chief of staff"),
    ("spokes", "spokesperson"),
    ("commander", "force commander"),
    ("envoy", "head of mission"),
    ("chief", "head of mission"),
    ("head", "head of mission"),
)
ITEMS = (
    ("support office", "support office"),
    ("vehicle", "vehicles"),
    ("carrier", "vehicles"),
    ("truck", "vehicles"),
    ("helicopter", "helicopters"),
    ("aircraft", "aircraft"),
    ("air cover", "air support"),
    ("from the air", "air support"),
    ("drone", "surveillance"),
    ("reconnaissance", "surveillance"),
    ("ships", "ships"),
    ("boats", "boats"),
    ("ration", "supplies"),
    ("fuel", "fuel"),
    ("medical", "medical support"),
    ("hospital", "medical support"),
    ("train", "training"),
    ("logistic", "logistics"),
    ("equipment", "equipment"),
)
PLACE = re.compile(
    r"\b(?:in|at|from|near|around|of|outside|to|off|over)\s+"
    r"((?:the )?(?:[A-ZÀ-Þ][\w’'-]+)(?:[ -][A-ZÀ-Þ][\w’'-]+){0,2})"
)
NO_PLACE_TEXT = """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June
    July August September October November December Security Council President General Minister The UN Secretary"""
NO_PLACE = frozenset(NO_PLACE_TEXT.split())
MORE = re.compile(
    r"\b(?:more|additional|extra|further|another|reinforc\w+)\b|\bcut (?:of|by)\b|\b(?:by|fewer)\s*$", re.IGNORECASE
)
PROCESS = (
    (re.compile(r"\bvot(?:e|es|ed|ing)\b", re.IGNORECASE), "vote"),
    (re.compile(r"\b(?:draft|text)\b", re.IGNORECASE), "draft"),
    (re.compile(r"\bconference\b", re.IGNORECASE), "conference"),
    (re.compile(r"\b(?:report|options)\b", re.IGNORECASE), "report"),
    (re.compile(r"\b(?:talks|negotiat\w+|meeting|discuss\w+|consult\w+)\b", re.IGNORECASE), "talks"),
)
STANCE = (
    (
        re.compile(
            r"\b(?:back(?:s|ed|ing)?|support(?:s|ed)?|welcom\w+|in favour|endors\w+|favou?rs?)\b", re.IGNORECASE
        ),
        "backs",
    ),
    (re.compile(r"\b(?:oppos\w+|object\w*|against|reject\w*|veto\w*)\b", re.IGNORECASE), "opposes"),
    (re.compile(r"\babst(?:ain|ention)\w*\b", re.IGNORECASE), "abstains"),
)
MILESTONE = re.compile(
    r"\b((?:first|full|initial|third|second|final|last) (?:\w+ )?(?:patrols?|capabilit\w+|phase|stage|operations?"
    r"|convoy|flight|drawdown phase))\b",
    re.IGNORECASE,
)
MOVED = (
    (
        re.compile(
            r"\b(?:postpon\w+|put off|delay\w*|deferr\w+|not going to vote|will not vote|no vote)\b", re.IGNORECASE
        ),
        Movement.POSTPONED,
    ),
    (re.compile(r"\bsuspend\w*\b", re.IGNORECASE), Movement.SUSPENDED),
    (re.compile(r"\bresum\w*\b", re.IGNORECASE), Movement.RESUMED),
    (re.compile(r"\b(?:reaffirm\w*|again (?:said|refused|promised))\b", re.IGNORECASE), Movement.REAFFIRMED),
)
CONTRIBUTES = (
    (re.compile(r"\b(?:not (?:\w+ ){0,2}?(?:pull|withdraw|leave|go home)\w*)\b", re.IGNORECASE), "withdraws"),
    (
        re.compile(
            r"\b(?:withdr\w+|pull\w* (?:out|its)|bring\w* (?:\w+ ){0,3}?home|le(?:ave|aving|ft)\b|quit|exit|depart\w*"
            r"|return\w* home|repatriat\w*)",
            re.IGNORECASE,
        ),
        "withdraws",
    ),
    (re.compile(r"\b(?:rotat\w*|reliev\w*|relief)\b", re.IGNORECASE), "rotates"),
    (re.compile(r"\b(?:halv\w+|reduc\w+|cut\w*|fewer|smaller|shrink\w*)\b", re.IGNORECASE), "reduces"),
    (re.compile(r"\b(?:increas\w+|rais\w+|doubl\w+|more|reinforc\w+)\b", re.IGNORECASE), "increases"),
    (re.compile(r"\b(?:stay\w*|remain\w*|keep\w*|kept)\b", re.IGNORECASE), "stays"),
)
NOBODY = re.compile(
    r"\b(?:no|without|any) (?:\w+ ){0,2}?(?:injur\w+|casualt\w+|deaths?|losses)\b"
    r"|\b(?:nobody|no ?one|none)\b[^.;]{0,40}?\b(?:hurt|injured|killed|wounded|harmed|died)\b",
    re.IGNORECASE,
)
UNCONFIRMED = re.compile(
    r"\b(?:posts?|rumou?rs?|social media|videos?|unconfirmed|claims?|claimed|alleged\w*|reportedly)\b", re.IGNORECASE
)
FROM = re.compile(r"\bfrom\s*$", re.IGNORECASE)  # a quantity may begin with the space before it
TO = re.compile(r"(?:\s+[\w’'-]+){0,4},?\s+to(?:\s+(?:a|the)(?:\s+[\w-]+){0,2})?\s*", re.IGNORECASE)
UP_TO = re.compile(r"\s*(?:up to|at most|as many as)\b", re.IGNORECASE)
UNITS = (
    "soldiers",
    "troops",
    "policemen",
    "police",
    "men",
    "officers",
    "observers",
    "monitors",
    "peacekeepers",
    "personnel",
    "people",
)
SIGNS = {"$": "USD", "US$": "USD", "C$": "CAD", "£": "GBP", "€": "EUR"}
CURRENCIES = {"dollar": "USD", "euro": "EUR", "pound": "GBP"}
SHORT_NAMES = {
    name: re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, short))})(?!\w)")
    for name, short in ORGANISATIONS.items()
    if short
}
