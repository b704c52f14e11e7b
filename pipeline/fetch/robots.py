"""What a site's robots.txt lets us fetch, and how slowly (RFC 9309). For pages: a feed is there to be fetched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from protego import Protego
from yarl import URL

from pipeline.fetch.failures import display_url
from pipeline.model import Response
from pipeline.model.errors import FetchError, MissionwatchError, RefusedError, TransientError

MAX_ROBOTS: Final = 500 * 1024  # bytes; RFC 9309, 2.5 wants at least so much to be read
KEPT: Final = 86_400.0  # seconds; RFC 9309, 2.4: not used for longer than a day
TRIED_AGAIN: Final = 600.0  # seconds after which a robots.txt that could not be reached is asked for again
_SITES_KEPT: Final = 4_096


def origin_of(url: str) -> str:
    """Return whose robots.txt holds for ``url``: its scheme, host and port."""
    return str(URL(url, encoded=True).origin())


class Robots:
    """The robots.txt of each site, fetched once a day.

    Args:
        get: fetches an address of at most so many bytes; raises FetchError or RefusedError.
        user_agent: who we are; the part before the slash is the name that the rules are for.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        get: Callable[[str, int], Awaitable[Response]],
        *,
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._get = get
        self._name = user_agent.partition("/")[0].strip() or "*"
        self._clock = clock
        self._sites: dict[str, _Site] = {}

    async def check(self, url: str) -> float:
        """See whether ``url`` may be fetched; the seconds that its site wants between two requests, 0 for none.

        Raises:
            RefusedError: ``robots``: the site does not want it fetched.
            FetchError: ``robots-unreachable``: what the site wants is not known now.
        """
        site = await self._site(origin_of(url))
        if site.trouble:
            raise FetchError(
                "robots-unreachable",
                f"The robots.txt for {display_url(url)} can't be read, so the page is not fetched now: {site.trouble}",
            )
        if site.rules is None:
            return 0.0
        if not site.rules.can_fetch(url, self._name):
            raise RefusedError("robots", f"The robots.txt of the site asks programs not to fetch {display_url(url)}.")
        return max(0.0, float(site.rules.crawl_delay(self._name) or 0.0))

    def remember(self, origin: str, text: str | None, seconds: float) -> None:
        """Believe for ``seconds`` that ``text`` is the robots.txt of ``origin``, None that it has none.

        What was learnt here counts more.
        """
        if seconds <= 0 or origin in self._sites:
            return
        rules = None if text is None else Protego.parse(text)
        self._sites[origin] = _Site(rules, text, known=text is not None, good_until=self._clock() + min(seconds, KEPT))

    def known(self, origin: str) -> tuple[str | None, float] | None:
        """Return the robots.txt of ``origin``, None where it has none, and the seconds for which that is believed."""
        site = self._sites.get(origin)
        left = 0.0 if site is None or site.trouble else site.good_until - self._clock()
        return (site.text, left) if site is not None and left > 0 else None

    async def _site(self, origin: str) -> _Site:
        if len(self._sites) > _SITES_KEPT:  # a hostile feed may name any number of hosts
            self._sites = {key: site for key, site in self._sites.items() if site.lock.locked()}
        site = self._sites.setdefault(origin, _Site())
        async with site.lock:  # the first to come asks; the others wait for what it learns
            if self._clock() >= site.good_until:
                await self._learn(origin, site)
        return site

    async def _learn(self, origin: str, site: _Site) -> None:
        """Bring what we know of a site up to date."""
        try:
            answer = await self._get(f"{origin}/robots.txt", MAX_ROBOTS)
        except MissionwatchError as error:
            if not isinstance(error, TransientError) and error.code != "too-large":
                # There is none: everything may be fetched (2.3.1.3).
                site.rules, site.text, site.trouble = None, None, ""
                site.good_until = self._clock() + KEPT
                return
            # Not reachable: what we knew holds on; where we knew nothing, nothing may be fetched (2.3.1.4).
            site.trouble = "" if site.known else str(error)
            site.good_until = self._clock() + TRIED_AGAIN
            return
        site.text = answer.body.decode("utf-8-sig", "replace")
        site.rules, site.trouble, site.known = Protego.parse(site.text), "", True
        site.good_until = self._clock() + KEPT


@dataclass(slots=True)
class _Site:
    """What we know of one site's robots.txt; ``rules`` is None where there is none."""

    rules: Protego | None = None
    text: str | None = None
    trouble: str = ""
    known: bool = False
    good_until: float = -float("inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
