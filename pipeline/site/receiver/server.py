"""The receiver at an address, on loopback unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.runtime.settings import Settings
from pipeline.site.receiver.app import receiver
from pipeline.site.receiver.desk import Desk, Place
from pipeline.site.receiver.key import signing_key
from pipeline.site.web.protocol import HEAD_TIME
from pipeline.site.web.server import HOST, WebServer

PORT = 9465  # beside the one of the numbers


@dataclass(frozen=True, slots=True)
class Listened:
    """A watch whose acknowledgements are taken: its short name, its title, its data folder, and the names it had."""

    slug: str
    title: str
    data_dir: Path
    formerly: tuple[str, ...] = ()


def receiver_for(
    watches: tuple[Listened, ...], settings: Settings, environ: Mapping[str, str], *, host: str = HOST, port: int = PORT
) -> AckServer:
    """The receiver of ``watches``, not started yet.

    Raises:
        UsageError: the key that signs the links can't be had.
    """
    places = places_of(watches)
    keys = {name: signing_key(settings, place.data_dir, environ) for name, place in places.items()}
    return AckServer(Desk(places), keys, host=host, port=port)


def places_of(watches: Iterable[Listened]) -> dict[str, Place]:
    """Where alerts are acknowledged, by the short name in the link: of today, or of before a rename."""
    known = list(watches)
    places = {name: Place(one.title, one.data_dir, one.slug) for one in known for name in one.formerly}
    return places | {one.slug: Place(one.title, one.data_dir) for one in known}


class AckServer(WebServer):
    """Answers links on ``host`` and ``port``.

    Args:
        desk: the store.
        keys: what signs the links of each watch.
        host: an address of this machine.
        port: 0 takes a free one.
        head_time: seconds in which the head of a request must arrive.
    """

    def __init__(
        self, desk: Desk, keys: Mapping[str, bytes], *, host: str = HOST, port: int = PORT, head_time: float = HEAD_TIME
    ) -> None:
        super().__init__(
            receiver(desk, keys), "receiver of acknowledgements", host=host, port=port, head_time=head_time
        )
