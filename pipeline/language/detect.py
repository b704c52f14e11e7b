"""Detect the language of a text by its commonest words. Pure, offline, a tenth of a millisecond for a page.

What a page or a feed declares is a hint and often a template's default, so the words decide. A library's model of a
hundred languages weighs megabytes and takes Haitian Creole for French; the few words that make up a third of any
text in a language are enough to tell the ones that matter here from each other, and to know what is none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

ENGLISH = "en"
UNKNOWN = "und"  # the code for a language that is not determined (ISO 639-2)

_SAMPLE = 4_000  # characters that are looked at
_ENOUGH = 20  # words from which a text's own word counts, whatever is declared
_SHARE = 0.10  # of a text's words must be a language's common ones; running text has a third and more
_LATIN = 0.5  # of a text's letters; with fewer it is in a script whose languages are not told apart here
_HITS, _FEW_HITS = 3, 2  # common words of another language that a line needs, and where none is English
_SHARED = frozenset({"a", "on"})  # words of English and of the others: in a sentence alone they tell nothing
_FEW_WORDS = 6  # a sentence of so many has one of English's commonest words where it is English
_TOLD = ("en", "fr", "es")  # what a sentence alone may be

_WORDS_TEXT = {
    "en": """the of and to in is was for that on with by at from has have it as are be this an said which were not will
        had but its who their they been would after he she his her or more than also when about one last up out into
        over could new no all we you if there some so what can a""",
    "fr": """le la les en des de du et un une dans pour que qui par sur au aux est ont été avec ne pas ce cette son ses
        leur leurs il elle plus selon après sont se mais ou où deux même être avait était aussi comme entre depuis
        ces sous nous vous fait sans l d n qu aucun contre
        ils elles quelque quelques devrait trois quatre cinq six sept huit neuf dix douze avaient étaient semaine mois
        jour jours""",
    "es": """el la los las de del y en un una que por para con su sus al se es ha han fue no lo como más según tras son
        este esta pero sobre entre desde hasta ya también sin fueron ser años dos muy así donde cuando a
        otro otros otra otras tres cuatro cinco seis siete ocho nueve diez semana mes día días""",
    "ht": """nan yo ki pou ak li te ap pa sa la yon se nou gen fè moun kap depi sou tou anpil pral lè epi men gason pèp
        peyi lapolis kont tankou paske konsa poko fòs sekirite misyon sòti lòt menm nou an""",
    "sw": """ya wa na kwa katika ni za la cha vya hii huu hiyo kuwa ambao ambayo baada pia kama alisema wake yake hilo
        ili bila hadi kutoka yao watu nchi serikali wakati lakini mwaka hayo wengine vikosi ujumbe kuhusu""",
    "pt": """o a os as do da dos das em no na nos nas que e um uma para com por não se foi mais ao à são pelo pela
        como mas também já ou seu sua segundo até foram ser""",
    "it": """il la le gli di del della dei delle e che un una per con in nel nella non si è sono da al alla ha hanno
        come più dopo anche ma stato dal lo""",
    "de": """der die das und in den von zu mit für auf ist im des dem nicht eine ein sich als auch bei nach wurde
        werden aus hat an über einen dass sie""",
    "nl": """de het een van en in is op te dat die voor met zijn niet aan er om ook bij naar door uit heeft wordt maar
        als over nog""",
    "ca": """el la els les de del i en un una que per amb dels no al és ha han va més també són aquest aquesta entre
        seva seu""",
    "ro": """de și în la a cu pe din că nu o un care pentru au fost este mai sau al ale prin după""",
    "id": """yang dan di dari untuk dengan pada ini itu dalam tidak akan telah oleh juga ke sebagai mereka""",
    "so": """ee oo ka ku ayaa in la iyo waxa uu ay soo u si kale ah isagoo waxaa""",
    "tr": """ve bir bu da de için ile olarak daha çok olan gibi sonra kadar ise""",
    "pl": """w i na z się nie do to że jest o po od za przez oraz jak przy został""",
}
_NAMES = {
    "en": "English", "fr": "French", "es": "Spanish", "ht": "Haitian Creole", "sw": "Swahili", "pt": "Portuguese",
    "it": "Italian", "de": "German", "nl": "Dutch", "ca": "Catalan", "ro": "Romanian", "id": "Indonesian",
    "so": "Somali", "tr": "Turkish", "pl": "Polish", "ar": "Arabic", "he": "Hebrew", "fa": "Persian", "ru": "Russian",
    "uk": "Ukrainian", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "am": "Amharic", "el": "Greek",
}  # fmt: skip
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _code, _text in _WORDS_TEXT.items():
    for _word in dict.fromkeys(_text.split()):
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _code)

_CODE = re.compile(r"[a-z]{2,3}(?![a-z])")
_LETTERS = {"fr": re.compile("[çèêûœàùâ]|[lLdD]['’](?=[a-zéèêàâî])"), "es": re.compile(r"[ñ¿¡]|[cs]ión\b|ó\b|í")}
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(title: str, text: str, declared: str = "") -> str:
    """Detect the language of an article.

    Args:
        title: its headline.
        text: its body.
        declared: the code that the page or its feed gives, or an empty string. It counts where the text is too
            short to tell, and for languages whose words are not known here.

    Returns:
        A code such as ``fr``; ``und`` where neither the words nor the hint tell.
    """
    code = _CODE.match(declared.lower())
    return _detect(f"{title}\n{text[:_SAMPLE]}", code.group() if code else "")


@lru_cache(maxsize=512)
def _detect(text: str, declared: str) -> str:
    words = _WORD.findall(text.lower())
    letters = sum(map(len, words))
    if not letters:
        return declared or ENGLISH
    if sum(len(word) for word in words if word[0] < "ɐ") < _LATIN * letters:
        return declared if declared and declared not in _WORDS_TEXT else UNKNOWN
    found = common_words(words)
    best = max(found, key=lambda code: (found[code], code == declared, code == ENGLISH), default=UNKNOWN)
    if len(words) < _ENOUGH:
        # A line or two: a hint is believed unless the words speak clearly for another language.
        return best if _is_clear(found[best], found.get(declared or ENGLISH, 0)) else declared or ENGLISH
    if found[best] < _SHARE * len(words):
        return declared if declared and declared not in _WORDS_TEXT else UNKNOWN
    return best


@lru_cache(maxsize=16384)
def detect_sentence_language(text: str) -> str:
    """Return the language of one sentence: English unless its words speak clearly for French or Spanish."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _SHARED]
    found = common_words(words)
    told = max(_TOLD, key=lambda code: found[code])
    for code, letters in _LETTERS.items():
        found[code] += len(letters.findall(text))
    best = max(_TOLD, key=lambda code: found[code])
    few = not found[ENGLISH] and told != ENGLISH and found[told] and len(words) >= _FEW_WORDS
    return best if few or _is_clear(found[best], found[ENGLISH]) else ENGLISH


def _is_clear(hits: int, own: int) -> bool:
    return hits >= (_HITS if own else _FEW_HITS) and hits > 2 * own


def common_words(words: list[str]) -> Counter[str]:
    """Count the words of ``words``, in small letters, that are common ones of each language."""
    found: Counter[str] = Counter()
    for word in words:
        for code in _LANGUAGES.get(word, ()):
            found[code] += 1
    return found


def language_name(code: str) -> str:
    """Return the name of a language: ``Haitian Creole``; the code itself where it is not known."""
    return _NAMES.get(code, f"the language '{code}'") if code != UNKNOWN else "a language that is not known here"
