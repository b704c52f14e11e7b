"""What real pages carry beside the article: banners, boxes, and readers who claim things.

None of it may reach an article's text. Comments make false claims about missions on purpose.
"""

from __future__ import annotations

import zlib

COOKIES = (
    "We and our 214 partners store and access cookies on your device to show you personalised advertising.",
    "By clicking accept you agree to our use of cookies.",
)
NEWSLETTER = "Sign up for our morning newsletter and never miss a story again."
SUBSCRIBE = "Subscribe now for one dollar a week to keep reading."
SHARE = "Share this story on your favourite network"
FOOTER = "All rights reserved. No part of this site may be reproduced without written permission."
ADVERT = "Advertisement: the new pickup is here, test drive it today."
WITHDRAWN = "The page that you asked for has been removed."

# Reader name, and what they claim. All of it is invented and none of it is so.
_COMMENTS = (
    ("Concerned Citizen", "I heard the mission is cancelled and everybody goes home next week, mark my words."),
    ("PatriotKE", "My cousin in the police says Kenya has already left Haiti and the base is empty."),
    ("islandgirl77", "Forget 5,500. They have sent 12,000 soldiers already, you can see the ships from here."),
    ("J. Baptiste", "Brazil is taking command of the force tomorrow, it was on the radio in my taxi."),
    ("truthseeker_09", "The Security Council ended the mandate last night but the papers won't print it."),
    ("MamaNjeri", "First. Also does anyone know where to buy that hat?"),
    ("Old Salt", "Twenty officers were killed yesterday and they hide it from us, I tell you."),
    ("reader from Ohio", "France has promised two billion for this, so why do we pay a cent?"),
    ("wilfrid_h", "The United Nations has taken over the whole thing, it is a peacekeeping mission now."),
    ("Doc Brown", "Great article, thank you. My site sells very cheap watches."),
    ("Anonymous", "Canada sends 3,000 troops on Monday. A friend of a friend has packed already."),
    ("k_otieno", "They renamed it again, it is called the Caribbean Shield Army from today."),
)

# Headlines that the "most read" box always shows; the rest of the box is from the archive itself.
MOST_READ = (
    "Seven things to do with a leftover mango",
    "Horoscope: why Tuesday may surprise you",
    "This one trick makes your phone last all day",
)


def comments(article_id: str) -> tuple[tuple[str, str], ...]:
    """Two to four reader comments (name, words), the same ones for the same article."""
    seed = zlib.crc32(f"comments {article_id}".encode())
    start, count = seed % len(_COMMENTS), 2 + seed // 97 % 3
    return tuple(_COMMENTS[(start + 5 * step) % len(_COMMENTS)] for step in range(count))


def sentences() -> tuple[str, ...]:
    """All boilerplate that a page may show: what an extracted text must not hold."""
    words = tuple(words for _name, words in _COMMENTS)
    return (*COOKIES, NEWSLETTER, SUBSCRIBE, SHARE, FOOTER, ADVERT, WITHDRAWN, *words, *MOST_READ)
