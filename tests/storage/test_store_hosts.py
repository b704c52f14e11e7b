"""What the hosts of pages want is known to the next run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model import HostState
from pipeline.storage import Store
from pipeline.storage.queries import hosts
from tests.storage.builders import NOW

SLOW = HostState("https://slow.example", "User-agent: *\nCrawl-delay: 20\n", NOW + timedelta(days=1), NOW, 20.0)
PLAIN = HostState("https://plain.example", None, NOW + timedelta(days=1), NOW, 0.0)


def test_a_host_comes_back_as_it_went_in(store: Store) -> None:
    store.keep_hosts([SLOW, PLAIN])
    assert store.hosts_of([SLOW.origin, "https://unknown.example"]) == [SLOW]
    assert store.hosts_of([PLAIN.origin]) == [PLAIN]
    assert store.hosts_of([]) == []


def test_what_is_known_later_takes_the_place_of_what_was_known(store: Store) -> None:
    store.keep_hosts([SLOW])
    later = HostState(SLOW.origin, None, None, NOW + timedelta(minutes=1), 5.0)
    store.keep_hosts([later])
    assert store.hosts_of([SLOW.origin]) == [later]


def test_only_the_hosts_that_were_asked_last_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "KEPT", 2)
    asked = [HostState(f"https://{n}.example", None, None, NOW + timedelta(minutes=n), 0.0) for n in range(4)]
    store.keep_hosts(asked)
    assert store.hosts_of(one.origin for one in asked) == asked[2:]


def test_a_robots_txt_of_hostile_length_is_not_kept(store: Store) -> None:
    store.keep_hosts([HostState(SLOW.origin, "#" * 100_000, NOW, NOW, 5.0)])
    assert store.hosts_of([SLOW.origin]) == [HostState(SLOW.origin, None, None, NOW, 5.0)]
