"""Which addresses a connection may go to: name look-ups and the vetting of every socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Final, NoReturn

from pipeline.model.urls import is_public_address

REFUSED: Final[ContextVar[list[str]]] = ContextVar("refused")  # addresses that the present request was kept from
Found = tuple[int, str, int]  # address family, address, port
# Where other services than the web listen, which a request could be made to talk to: mail, shells, files. The list is
# the browsers' (https://fetch.spec.whatwg.org/#port-blocking, 2026).
OTHER_SERVICES: Final = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip


class PublicNames:
    """Asks the system, in threads of our own, so that slow name servers block nothing else."""

    def __init__(self, threads: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(max_workers=max(1, min(threads, 64)), thread_name_prefix="names")
        self._seconds = seconds

    async def look_up(self, host: str, port: int, family: int) -> list[Found]:
        """The addresses of a name, as the system knows them."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                found = await loop.run_in_executor(
                    self._pool, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
                )
        except TimeoutError as error:
            raise OSError(f"no answer about {host} in {self._seconds:g} s") from error
        except UnicodeError as error:
            raise OSError(f"{host} is no name that can be looked up") from error
        return [(kind, str(address[0]), port) for kind, _, _, _, address in found]

    def close(self) -> None:
        """Drop the look-ups that wait; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class OwnServers:
    """Knows the granted names and nothing else; makes sockets to their servers and to nothing else."""

    def __init__(self, grants: Mapping[str, tuple[str, int]]) -> None:
        self._grants = grants
        self._targets = frozenset(grants.values())

    async def look_up(self, host: str, port: int, family: int) -> list[Found]:
        """The server that a granted name stands for."""
        target = grant_of(host, self._grants)
        if target is None:
            raise OSError(f"{host} is not granted")
        return [(socket.AF_INET6 if ":" in target[0] else socket.AF_INET, *target)]

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket, if it is for one of the granted servers."""
        if (str(info[4][0]), int(info[4][1])) not in self._targets:
            _keep_from(str(info[4][0]))
        return socket.socket(info[0], info[1], info[2])


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket, if it is for an address of the public internet."""
    address = info[4]
    scoped = len(address) > 3 and address[3]
    if scoped or not is_public_address(str(address[0])):
        _keep_from(str(address[0]))
    return socket.socket(info[0], info[1], info[2])


def _keep_from(address: str) -> NoReturn:
    REFUSED.get([]).append(address)
    raise PermissionError(f"{address} is not a public address")


def grant_of(name: str, grants: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """The loopback server that a name stands for by grant, or None."""
    return next((target for granted, target in grants.items() if is_named(name, granted)), None)


def is_named(name: str, granted: str) -> bool:
    """Whether ``granted`` is the host ``name``, or a suffix of it that begins with a dot."""
    return name == granted or (granted.startswith(".") and name.endswith(granted))
