"""What the lock files bring in: a bill of materials, licences, known advisories."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.ports import free_port
from tests.supply.__main__ import NOT_CHECKED, main
from tests.supply.advisories import NotCheckedError, advisories
from tests.supply.bill import bill_of_materials
from tests.supply.licences import EXCEPTIONS, problems
from tests.supply.locked import Locked, licence_of, read_lock, read_locks, spdx

A, B = "a" * 64, "b" * 64
LOCK = f"""# made by uv
Isle_Lib==1.2.3 ; sys_platform == 'win32' \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
shore==2.0 \\
    --hash=sha256:{A}
"""
ISLE = Locked("isle-lib", "1.2.3", (A, B), 'sys_platform == "win32"')
SHORE = Locked("shore", "2.0", (A,))


def test_a_lock_gives_each_package_with_its_version_hashes_and_marker() -> None:
    assert read_lock(LOCK) == [ISLE, SHORE]


@pytest.mark.parametrize("line", ["shore>=2 --hash=sha256:" + A, "shore==2.0"])
def test_what_is_not_pinned_with_a_hash_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is not pinned to a version with a hash: make lock"):
        read_lock(line)


# -- licences -------------------------------------------------------------------------------------


def test_the_licence_of_each_locked_package_is_allowed_or_let_in_by_name() -> None:
    assert problems({one.name: licence_of(one) for one in read_locks()}) == []


def test_each_package_that_is_let_in_by_name_has_a_reason() -> None:
    assert [name for name, (licence, reason) in EXCEPTIONS.items() if not licence or len(reason) < 20] == []


@pytest.mark.parametrize(
    ("licences", "exceptions", "told"),
    [
        ({"isle": "AGPL-3.0-only"}, {}, "isle has the licence AGPL-3.0-only: read it, then allow it in "),
        ({"isle": "MIT AND GPL-3.0-only"}, {}, "isle has the licence MIT AND GPL-3.0-only: read it, "),
        ({"isle": ""}, {}, "isle says nothing of its licence: read it, then allow it in "),
        ({"isle": "GPL-3.0-only"}, {"isle": ("GPL-2.0-only", "")}, "isle is let in with the licence 'GPL-2.0-only', "),
        ({}, {"isle": ("GPL-2.0-only", "")}, "isle is let in and in no lock: take it out of EXCEPTIONS."),
    ],
)
def test_a_licence_that_nobody_allowed_is_told(
    licences: dict[str, str], exceptions: dict[str, tuple[str, str]], told: str
) -> None:
    (problem,) = problems(licences, exceptions)
    assert problem.startswith(told)


@pytest.mark.parametrize(
    ("said", "expression"),
    [
        (("mit", ["BSD License"], ""), "MIT"),
        (("", ["Apache Software License", "MIT License"], ""), "Apache-2.0 AND MIT"),
        (("", [], "3-Clause BSD License"), "BSD-3-Clause"),
        (("", [], "do what you like"), ""),
    ],
)
def test_a_licence_is_told_as_an_spdx_expression(said: tuple[str, list[str], str], expression: str) -> None:
    assert spdx(*said) == expression


# -- the bill -------------------------------------------------------------------------------------


def test_the_bill_is_cyclonedx_1_6_and_names_each_package_with_licence_and_hashes() -> None:
    bill = bill_of_materials([ISLE, SHORE], {"isle-lib": "MIT OR Apache-2.0"})

    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert bill["components"][0] == {
        "type": "library",
        "bom-ref": "pkg:pypi/isle-lib@1.2.3",
        "name": "isle-lib",
        "version": "1.2.3",
        "purl": "pkg:pypi/isle-lib@1.2.3",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "properties": [
            {"name": "missionwatch:lock:sha256", "value": A},
            {"name": "missionwatch:lock:sha256", "value": B},
            {"name": "missionwatch:lock:marker", "value": 'sys_platform == "win32"'},
        ],
    }
    assert bill["dependencies"][0]["dependsOn"] == ["pkg:pypi/isle-lib@1.2.3", "pkg:pypi/shore@2.0"]


def test_the_same_locks_give_the_same_bill_and_others_another_number() -> None:
    assert bill_of_materials([ISLE], {}) == bill_of_materials([ISLE], {})
    assert bill_of_materials([ISLE], {})["serialNumber"] != bill_of_materials([SHORE], {})["serialNumber"]


def test_the_command_prints_a_bill_of_all_that_is_locked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bill"]) == 0

    components = json.loads(capsys.readouterr().out)["components"]
    assert [one["purl"] for one in components] == [one.purl for one in read_locks()]
    assert [one["name"] for one in components if "licenses" not in one] == []


# -- advisories -----------------------------------------------------------------------------------


class Database(BaseHTTPRequestHandler):
    """A stand-in of OSV that knows two advisories on one package, on two pages."""

    def do_POST(self) -> None:
        """Answer ``/v1/querybatch``."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        body = json.dumps({"results": [self.of(query) for query in asked]}).encode()
        self.send_response(200 if self.path == "/v1/querybatch" else 404)
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def of(query: dict[str, Any]) -> dict[str, Any]:
        """The result of one query."""
        if query["package"]["purl"] != "pkg:pypi/shore@2.0":
            return {}
        if query.get("page_token") == "2":
            return {"vulns": [{"id": "GHSA-2"}]}
        return {"vulns": [{"id": "GHSA-1"}], "next_page_token": "2"}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def database() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_known_advisories_are_told_by_package_those_of_a_second_page_too(database: str) -> None:
    assert advisories([ISLE, SHORE], database) == {"pkg:pypi/shore@2.0": ["GHSA-1", "GHSA-2"]}


def test_the_command_ends_with_0_where_nothing_is_known(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advisories", "--database", database]) == 0

    assert capsys.readouterr().out.endswith(f" packages asked of {database}: 0 with known advisories.\n")


def test_where_no_database_is_reachable_that_is_told_and_is_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    database = f"http://127.0.0.1:{free_port()}"

    assert main(["advisories", "--database", database]) == NOT_CHECKED

    told = capsys.readouterr()
    assert told.err.startswith(f"NOT CHECKED for known advisories: {database} can't be asked: ")
    assert told.out == ""


@pytest.mark.parametrize("database", ["", "http://osv.example", "file:///etc/passwd"])
def test_only_an_address_with_https_is_asked(database: str) -> None:
    with pytest.raises(NotCheckedError, match="is no https address of a database"):
        advisories([SHORE], database)
