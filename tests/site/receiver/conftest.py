"""A store with alerts that were told, and the receiver that takes their acknowledgements, at a loopback address."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest

from pipeline.alerts.acknowledgement import ack_link
from pipeline.alerts.message import Message, Section, to_json
from pipeline.model import Alert
from pipeline.runtime.settings import Settings
from pipeline.site.receiver import ack_way
from pipeline.site.receiver.desk import Desk, Place
from pipeline.site.receiver.server import AckServer
from pipeline.storage import Row, open_published, open_store, publish
from tests.storage.builders import NOW, RUN, make_alert, make_change, make_delivery, make_run

BASE = "https://desk.example.org/watch"
HOSTILE = '<script>alert("x")</script>'


def told(number: int, *, quote: str = "The Council said so.") -> Alert:
    """An alert with a message, as it is in the store."""
    section = Section("Mandate", f"the force: A became B{number}", after_quote=quote)
    message = Message(f"Haiti: mandate decided: B{number}", sections=(section,))
    alert = make_alert(make_change(subject=f"s{number}"), channel="file")
    return replace(alert, watch="haiti", subject=message.subject, message=to_json(message))


ALERT, EVIL = told(1), told(2, quote=HOSTILE)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Receiver:
    """The receiver of a test, as a browser and the links in messages see it."""

    folder: Path
    server: AckServer
    desk: Desk
    way: tuple[str, bytes]

    def link(self, alert: Alert = ALERT) -> str:
        """The path that stands in the message, as a proxy hands it on that takes its own part away."""
        return urlsplit(ack_link(alert, *self.way)).path.removeprefix("/watch")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=30)
        try:
            connection.request(method, path, body or None, sent)
            came = connection.getresponse()
            return Answer(came.status, {k.lower(): v for k, v in came.getheaders()}, came.read().decode())
        finally:
            connection.close()

    def press(self, path: str, **fields: str) -> Answer:
        """Press the button of the page, with what is typed into its fields."""
        form = urlencode(fields or {"by": "", "note": ""}).encode()
        return self.ask("POST", path, form, Content_Type="application/x-www-form-urlencoded")

    def acked(self, alert: Alert = ALERT) -> Row:
        """The row of the view alerts, from the store itself."""
        with open_store(self.folder) as store:
            return store.find_alert("haiti", str(alert.alert_id))

    def acks(self) -> int:
        """How many acknowledgements SQL clients see."""
        with open_published(self.folder) as store:
            return sum(row["acked_at"] is not None for row in store.alerts("haiti"))


def fill(folder: Path, *alerts: Alert) -> None:
    """A published store in which ``alerts`` were delivered."""
    with open_store(folder) as store:
        store.finish_run(make_run(watch="haiti", outcome="ok"))
        store.add_alerts(RUN, alerts)
        store.add_deliveries(RUN, [make_delivery(one) for one in alerts])
    publish(folder, RUN, NOW)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: each test gets a copy."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    fill(folder, ALERT, EVIL)
    return folder


@pytest.fixture
def receiver(filled: Path, tmp_path: Path) -> Iterator[Receiver]:
    folder = Path(shutil.copytree(filled, tmp_path / "data"))
    way = ack_way(Settings(ack_base=BASE), folder, {})
    desk = Desk({"haiti": Place("Haiti security mission", folder)})
    with AckServer(desk, {"haiti": way[1]}, port=0) as server:
        yield Receiver(folder, server, desk, way)


def another(alert: Alert) -> Alert:
    """An alert of the same kind that nobody was told of."""
    return replace(alert, alert_id=UUID(int=7))
