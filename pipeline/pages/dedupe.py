"""Find who wrote an article first: reprints of one wire are one origin, however many outlets print them.

Two ways to tell: the credit that the text itself gives ("(Reuters) -", "— AFP"), and a text that
is nearly the one of an article that came before. Near-duplicates are found by MinHash with
locality-sensitive hashing: 128 permutations in 32 bands over shingles of 3 words, then compared
in full. On 300 reprints of each kind that found all with a new headline and footer, all with a
fifth cut off and 95 % of those with a tenth of the words changed.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import lru_cache
from uuid import UUID

from rensa import RMinHash, RMinHashLSH

from pipeline.model import Article
from pipeline.model.text import normalise

PERMUTATIONS = 128
BANDS = 32
SEED = 20231002
SHINGLE = 3  # words; what follows each other is put together by threes below
MIN_SHINGLES = 20  # a shorter text is a caption, and captions are alike by chance
MAX_WORDS = 20_000
SAME_JACCARD = 0.4  # shared shingles, of all that either has
SAME_CONTAINMENT = 0.6  # shared shingles, of the shorter text's: a wire cut short, or wrapped in more

_WORD = re.compile(r"\w+")
_HEAD, _TAIL = 200, 300  # characters in which a text credits an agency

AGENCIES_TOGETHER = "agencies"

# The names under which agencies are credited, each with the origin's name.
_NAMES = {
    "reuters": "reuters",
    "thomson reuters": "reuters",
    "afp": "afp",
    "agence france-presse": "afp",
    "agence france presse": "afp",
    "ap": "ap",
    "associated press": "ap",
    "the associated press": "ap",
    "efe": "efe",
    "agencia efe": "efe",
    "xinhua": "xinhua",
    "dpa": "dpa",
    "ansa": "ansa",
    "anadolu": "anadolu",
    "anadolu agency": "anadolu",
    "aa": "anadolu",
    "tass": "tass",
    "upi": "upi",
    "bloomberg": "bloomberg",
    "cmc": "cmc",
    "caribbean media corporation": "cmc",
    "kna": "kna",
    "kenya news agency": "kna",
    "prensa latina": "prensa latina",
    "europa press": "europa press",
    "the canadian press": "canadian press",
    "canadian press": "canadian press",
    "pa media": "pa media",
    "pti": "pti",
    "ani": "ani",
    "ians": "ians",
    "nan": "nan",
    "news agency of nigeria": "nan",
    "kyodo": "kyodo",
    "yonhap": "yonhap",
    "lusa": "lusa",
    "belga": "belga",
    "panapress": "panapress",
    "apa": "apa",
    "notimex": "notimex",
    "agência brasil": "agência brasil",
    "un news": "un news",
    "voa": "voa",
}
_ANY = "|".join(re.escape(n) for n in sorted(_NAMES, key=len, reverse=True))
_DASH = r"(?:\.?\s?[-–—]{1,2})"

# In the first lines. An acronym in brackets is a credit only before the dash of a dateline:
# elsewhere "(AP)" is how a text introduces a party.
_HEAD_CREDITS = (
    re.compile(rf"\((?P<name>{_ANY})\)\s*{_DASH}", re.IGNORECASE),
    re.compile(rf"^[^.!?\n]{{0,80}}[-–—]\s?(?P<name>{_ANY})\s*(?:[-–—:|]|$)", re.IGNORECASE | re.MULTILINE),
    re.compile(rf"^(?:by|par|por|de)?\s*(?P<name>{_ANY})\s*(?:[-–—:|]|$)", re.IGNORECASE | re.MULTILINE),
    re.compile(rf"^(?:source|fuente|fonte)\s?:\s*(?P<name>{_ANY})\b", re.IGNORECASE | re.MULTILINE),
)
# A dateline may credit an agency that no list knows: NEW YORK (CNA) —
_DATELINE = re.compile(rf"^[A-ZÀ-Þ]{{2}}(?:[^\W\d_]|[ ,.'’/-]|\d){{1,60}}?\((?P<name>[A-Z]{{2,6}})\)\s*{_DASH}\s")
_TAIL_CREDITS = (
    re.compile(rf"(?:^|\s)\((?:c\)\s*)?(?P<name>{_ANY})(?:/[^)\n]{{0,40}})?\)\W*$", re.IGNORECASE),
    re.compile(rf"(?:[-–—|©]|\(c\))\s?(?:\d{{4}}\s)?(?P<name>{_ANY})\W*$", re.IGNORECASE),
    re.compile(rf"^\W*(?P<name>{_ANY})\W*$", re.IGNORECASE | re.MULTILINE),
    re.compile(rf"\b(?:source|fuente|fonte|agence|agencia|credit)\s?:\s*(?P<name>{_ANY})\b", re.IGNORECASE),
)
_REUTERS_SIGN_OFF = re.compile(r"\(reporting by [^()]{3,200}\bediting by\b", re.IGNORECASE)
_AGENCIES = re.compile(
    r"\b(?:based on|with (?:inputs?|reports?|material) from|compiled from|con informaci[oó]n de|avec)\s+"
    r"(?:(?:news|wire|the|las)\s+)*(?:agenc(?:y|ies)|agences|agencias|wires?)\b"
    r"|^\W*(?:source|fuente|fonte)s?\s?:\s*(?:news )?(?:agencies|agences|agencias|wires)\b"
    r"|^\W*(?:agencies|agencias|agences)\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_AUTHOR_SPLIT = re.compile(r"\s*(?:[;,/|&]|\band\b|\bwith\b|\bet\b|\by\b| [-–—] )\s*", re.IGNORECASE)
_AUTHOR_PREFIX = re.compile(r"^(?:by|par|por|redacci[oó]n|from|agencia|agence)\s+", re.IGNORECASE)


class OriginIndex:
    """The texts of articles that we hold, and who first wrote each. One process's memory, rebuilt at will."""

    def __init__(self) -> None:
        self._lsh = RMinHashLSH(threshold=SAME_JACCARD, num_perm=PERMUTATIONS, num_bands=BANDS)
        self._held: list[tuple[UUID, str]] = []
        self._texts: dict[UUID, str] = {}

    def __len__(self) -> int:
        return len(self._held)

    def add(self, article_id: UUID, origin: str, text: str) -> None:
        """Remember ``text`` as an article of ``origin``; one that is known or too short is passed over."""
        found = _minhash(text)
        if found is None or article_id in self._texts:
            return
        self._texts[article_id] = text
        self._lsh.insert(len(self._held), found)
        self._held.append((article_id, origin))

    def trace(self, article: Article) -> tuple[str, str]:
        """Find who first wrote ``article``, and the earlier text that it repeats, else ""; then remember it.

        The origin is that of :func:`origin_of`.
        """
        earlier = self.find(article.text)
        origin = _origin(article, earlier)
        self.add(article.article_id, origin, article.text)
        return origin, self._texts[earlier[0]] if earlier else ""

    def find(self, text: str) -> tuple[UUID, str, float] | None:
        """Return the article that is nearest to ``text``, if it is nearly the same.

        Returns:
            Its id, its origin and the similarity, 0 to 1: the larger of the shared shingles'
            share of all (Jaccard) and of the shorter text's (containment). Of equals, the first.
        """
        found = _minhash(text)
        if found is None:
            return None
        best: tuple[UUID, str, float] | None = None
        for key in sorted(self._lsh.query(found)):
            article_id, origin = self._held[key]
            wanted, held = _hashes(text), _hashes(self._texts[article_id])
            shared = len(wanted & held)
            jaccard = shared / (len(wanted) + len(held) - shared)
            containment = shared / min(len(wanted), len(held))
            same = jaccard >= SAME_JACCARD or containment >= SAME_CONTAINMENT
            similarity = max(jaccard, containment)
            if same and (best is None or similarity > best[2]):
                best = article_id, origin, similarity
        return best


def sketch(text: str) -> list[int]:
    """Return the MinHash sketch of ``text``; none for a text that is too short to be compared.

    Two texts that have none in common are never compared by :class:`OriginIndex`: each is a band of the MinHash by
    which it finds what may be the same.
    """
    found = _minhash(text)
    if found is None:
        return []
    rows = PERMUTATIONS // BANDS
    packed = struct.pack(f"<{PERMUTATIONS}I", *found.digest())
    return [zlib.crc32(packed[4 * rows * band : 4 * rows * (band + 1)], band) for band in range(BANDS)]


def origin_of(article: Article, index: OriginIndex) -> str:
    """Decide who first wrote ``article``: by its credit, else the earlier text that it repeats, else its publisher.

    Args:
        article: ``family`` is its publisher's, and ``outlet`` is taken where that is empty.
        index: the articles that came before it.
    """
    return _origin(article, index.find(article.text))


def _origin(article: Article, earlier: tuple[UUID, str, float] | None) -> str:
    credited = byline_origin(article.text, article.author)
    if credited and credited != AGENCIES_TOGETHER:
        return credited
    return earlier[1] if earlier else (credited or article.family or article.outlet)


def byline_origin(text: str, author: str) -> str:
    """Return the agency that ``text`` or its author line credits, in lower case, or an empty string.

    Only a credit counts, at the head, at the tail or as author: a sentence that cites an agency
    ("an official told Reuters") doesn't. ``"agencies"`` is a text that says it was put together
    from agencies without naming one.
    """
    head, tail = text[:_HEAD], text[-_TAIL:]
    for pattern in _HEAD_CREDITS:
        match = pattern.search(head)
        if match and _as_written(match["name"]):
            return _NAMES[match["name"].lower()]
    dateline = _DATELINE.match(head)
    if dateline:
        return dateline["name"].lower()
    last_lines = tail.rstrip()
    for pattern in _TAIL_CREDITS:
        match = pattern.search(last_lines)
        if match and _as_written(match["name"]):
            return _NAMES[match["name"].lower()]
    if _REUTERS_SIGN_OFF.search(tail):
        return "reuters"
    by = _author_origin(author)
    if by:
        return by
    return AGENCIES_TOGETHER if _AGENCIES.search(head) or _AGENCIES.search(tail) else ""


def _author_origin(author: str) -> str:
    for part in _AUTHOR_SPLIT.split(author[:200]):
        name = _AUTHOR_PREFIX.sub("", part.strip())
        if name.lower() in _NAMES and _as_written(name):
            return _NAMES[name.lower()]
        # "Megan Janetsky Associated Press": agencies of two words may stand behind a name.
        for known, origin in _NAMES.items():
            if " " in known and name.lower().endswith(f" {known}"):
                return origin
        if name.lower() in ("agencies", "agencias", "agences", "wire reports", "news agencies"):
            return AGENCIES_TOGETHER
    return ""


def _as_written(name: str) -> bool:
    """Short names are initials, and are only meant where they are written so ("ap", "ani", "nan" are words)."""
    return len(name) > 4 or name.isupper()


@lru_cache(maxsize=2048)  # for the texts of a run, which are sketched and then traced
def _minhash(text: str) -> RMinHash | None:
    """Return the MinHash of ``text``; None for a text that is too short to be compared."""
    shingles = _shingles(text)
    if len(shingles) < MIN_SHINGLES:
        return None
    found = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    found.update(shingles)
    return found


@lru_cache(maxsize=512)
def _hashes(text: str) -> frozenset[int]:
    """Return a hash for each shingle of ``text``."""
    return frozenset(map(zlib.crc32, _shingles(text)))


def _shingles(text: str) -> list[bytes]:
    words = _WORD.findall(normalise(text))[:MAX_WORDS]
    told = dict.fromkeys(map(" ".join, zip(words, words[1:], words[2:], strict=False)))
    return [shingle.encode("utf-8", "surrogatepass") for shingle in told]
