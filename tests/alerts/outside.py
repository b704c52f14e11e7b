"""The world outside the process of the month: the clock, the channels as a webhook on loopback, and who reads there.

All of it lives in the parent, without a thread: whatever becomes of the process, what a channel took stays taken.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

from pipeline.model.text import text_hash

PATIENCE = 10.0  # seconds for a request whose sender has died
ACK = re.compile(r"^Acknowledge[^:\n]*: (missionwatch alerts ack .*?)(?: or .*)?$", re.MULTILINE)
WORDS_OF_A_DIGEST = ("digest: ", "uncertain: ")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as a channel got it.

    Attributes:
        at: by the clock of the month.
        channel: the end of the address that it came to.
        key: the message's ``Idempotency-Key``.
        subject, words: what it says; of its text the hash.
        again: it had come to the channel before, with the same key.
    """

    at: datetime
    channel: str
    key: str
    subject: str
    words: str
    again: bool


@dataclass
class Reader:
    """Who sits before a channel, and acknowledges what came: by the command in the message, in office hours only."""

    channel: str
    timezone: str
    hours: tuple[int, int]

    def is_there(self, now: datetime) -> bool:
        wall = now.astimezone(ZoneInfo(self.timezone))
        return wall.weekday() < 5 and self.hours[0] <= wall.hour < self.hours[1]


@dataclass
class Outside:
    """Clock, channels and reader.

    Attributes:
        now: the time of the month.
        down: the channel that is down, from when, to when.
        reader: who acknowledges; a digest asks for no hurry, and is left.
        kill_here: told of each message that was taken, before it is answered; True where its sender has been killed.
    """

    now: datetime
    down: tuple[str, datetime, datetime]
    reader: Reader
    kill_here: Callable[[], bool] = lambda: False
    arrivals: list[Arrival] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    acked: dict[str, datetime] = field(default_factory=dict)
    _asked: dict[str, list[str]] = field(default_factory=dict)

    def take(self, channel: str, key: str, body: dict[str, object]) -> int:
        """Take a message, or refuse it; the status that answers it."""
        name, begin, end = self.down
        if channel == name and begin <= self.now < end:
            self.refused[channel] += 1
            return 503
        again = any((one.channel, one.key) == (channel, key) for one in self.arrivals)
        subject, text = str(body["title"]), str(body["message"])
        self.arrivals.append(Arrival(self.now, channel, key, subject, str(text_hash(text)), again))
        said = ACK.search(text)
        if channel == self.reader.channel and said and not subject.startswith(WORDS_OF_A_DIGEST):
            self._asked.setdefault(key, shlex.split(said[1]))
        return 200

    def commands(self) -> list[list[str]]:
        """The commands by which the reader acknowledges, in this hour, what has come before it."""
        if not self.reader.is_there(self.now):
            return []
        return [command for key, command in self._asked.items() if self._is_due(key)]

    def has_acked(self) -> None:
        """The commands of this hour have been obeyed."""
        if self.reader.is_there(self.now):
            self.acked |= {key: self.now for key in self._asked if self._is_due(key)}

    def _is_due(self, key: str) -> bool:
        return key not in self.acked and any(one.key == key and one.at < self.now for one in self.arrivals)

    def as_told(self, **more: object) -> str:
        """What came, was refused and was acknowledged, and ``more``, as JSON."""
        told = {"arrivals": [asdict(one) for one in self.arrivals], "refused": self.refused, "acked": self.acked}
        return json.dumps({**told, **more}, default=datetime.isoformat)


class Webhook(HTTPServer):
    """The channels: one address each, on one port. Serve a request whenever it is ready to be read."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.outside = outside

    def address(self, channel: str) -> str:
        """An Apprise address whose messages come to ``channel``."""
        return f"json://127.0.0.1:{self.server_port}/{channel}"


class _Handler(BaseHTTPRequestHandler):
    server: Webhook
    timeout = PATIENCE

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        outside = self.server.outside
        status = outside.take(self.path.strip("/"), self.headers["Idempotency-Key"], body)
        if status == 200 and outside.kill_here():
            return
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
