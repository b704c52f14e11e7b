"""An evidence pack: what is in it can be checked by a stranger, with what lies in it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.alerts.evidence import Gathered, as_zip, pack_files, seal
from pipeline.alerts.evidence import pack as packing
from pipeline.model import Verdict
from pipeline.model.errors import UsageError
from pipeline.storage import Store, open_published, open_store, publish
from tests.site.world import (
    CEILING,
    DRAFT,
    LEFT,
    NOW,
    STRANGE,
    UNSURE,
    VOTE,
    VOTE_TOO,
    Told,
    change_of,
    watch,
    write_held,
)
from tests.storage.builders import RUN, at, make_alert

VOTE_ID = str(change_of(VOTE).change_id)


def made(found: Gathered) -> dict[str, bytes]:
    """The files of the pack."""
    as_of = found.as_of.isoformat() if found.as_of else ""
    return seal(pack_files(found, watch().rules), watch=found.watch, asked=found.asked, as_of=as_of)


@cache
def pack_of(world: Store, asked: object) -> dict[str, bytes]:
    return made(world.gather("haiti", str(asked)))


def quotes(files: dict[str, bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files["quotes.json"])["quotes"]
    return found


def sentences(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """The role of each sentence, and the sentence."""
    return [(one["role"], one["quote"]) for one in quotes(files)]


def said(told: Told) -> str:
    return told.judgement.claim.quote


@pytest.fixture
def unpacked(world: Store, tmp_path: Path) -> Path:
    """The pack of the vote, as a stranger unpacks it."""
    with zipfile.ZipFile(io.BytesIO(as_zip(pack_of(world, VOTE_ID)))) as archive:
        archive.extractall(tmp_path / "pack")
    return tmp_path / "pack"


def test_each_sentence_stands_at_its_place_in_the_text_beside_it(unpacked: Path) -> None:
    rows = json.loads((unpacked / "quotes.json").read_text("utf-8"))["quotes"]
    assert len(rows) == 3
    for row in rows:
        text = (unpacked / row["stands_in"]).read_bytes().decode("utf-8")
        assert text[row["start"] : row["end"]] == row["quote"]
        assert row["is_there"] is True


def test_the_sentence_now_the_one_before_and_who_says_so_too_are_in_it(world: Store) -> None:
    assert sentences(pack_of(world, VOTE_ID)) == [
        ("now", said(VOTE)),
        ("before", said(DRAFT)),
        ("confirms", said(VOTE_TOO)),
    ]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_hashes_are_checked_with_sha256sum_as_its_readme_says(unpacked: Path) -> None:
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    assert "sha256sum -c SHA256SUMS" in (unpacked / "README.txt").read_text()
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == len([path for path in unpacked.rglob("*") if path.is_file()]) - 1

    (unpacked / "change.json").write_text("{}")
    assert subprocess.run(command, cwd=unpacked, capture_output=True, timeout=30).returncode == 1


def test_the_program_in_its_readme_finds_a_sentence_that_was_moved(unpacked: Path) -> None:
    found = re.search(r"( +import json, pathlib\n.*?)\n  3\.", (unpacked / "README.txt").read_text(), re.DOTALL)
    assert found is not None
    program = [sys.executable, "-I", "-c", textwrap.dedent(found[1])]
    assert subprocess.run(program, cwd=unpacked, capture_output=True, timeout=30).returncode == 0

    text = next((unpacked / "texts").iterdir())
    text.write_bytes(b"\n" + text.read_bytes())
    assert b"AssertionError" in subprocess.run(program, cwd=unpacked, capture_output=True, timeout=30).stderr


def test_the_manifest_names_each_file_with_its_size(world: Store) -> None:
    files = pack_of(world, VOTE_ID)
    manifest = json.loads(files["manifest.json"])
    assert (manifest["format"], manifest["version"], manifest["as_of"]) == ("missionwatch-evidence", 1, NOW.isoformat())
    assert {one["name"]: one["bytes"] for one in manifest["files"]} == {
        name: len(data) for name, data in files.items() if name not in ("manifest.json", "SHA256SUMS")
    }


def test_the_same_store_gives_the_same_bytes(held_dir: Path, tmp_path: Path) -> None:
    write_held(tmp_path)
    packs = []
    for folder in (held_dir, tmp_path):
        with open_published(folder) as store:
            packs.append(as_zip(made(store.gather("haiti", VOTE_ID))))
    assert packs[0] == packs[1]


def test_the_change_tells_before_and_after_and_what_was_needed(world: Store) -> None:
    told = json.loads(pack_of(world, VOTE_ID)["change.json"])
    (one,) = told["changes"]
    assert (one["before"]["value"], one["before"]["stage"]) == ("a new force", "proposed")
    assert (one["after"]["value"], one["after"]["stage"]) == ("a new force until 2 October 2026", "decided")
    assert (one["verdict"], one["reason"]) == ("advances", "what was proposed has been decided")
    assert (one["confidence"], told["thresholds"]["confidence"]["needed"]) == (0.94, 0.55)
    assert told["thresholds"]["alert_rules"] == [{"rule": "all", "tells_from": 0.5, "at_once_from": 0.7}]
    assert one["independent_origins"] == 2
    assert [(row["says"], row["origin"]) for row in one["said_by"]] == [("made", "times"), ("confirms", "radio")]


def test_an_article_tells_when_it_was_seen_and_fetched(world: Store) -> None:
    one = json.loads(pack_of(world, VOTE_ID)["articles.json"])["articles"][0]
    assert (one["url"], one["outlet"]) == ("https://times.example/vote", "Times")
    assert (one["entry_seen_at"], one["fetched_at"]) == ("2025-09-30T13:00:00+00:00", "2025-10-01T12:00:00+00:00")
    assert re.fullmatch("[0-9a-f]{64}", one["text_sha256"])
    assert one["entry_content_hash"] == VOTE.entry.content_hash


def test_an_alert_stands_for_the_changes_that_it_tells(world: Store) -> None:
    alert = make_alert(change_of(CEILING), planned_at=NOW)
    told = json.loads(pack_of(world, alert.alert_id)["change.json"])
    assert [one["change_id"] for one in told["changes"]] == [str(change_of(CEILING).change_id)]


def test_an_address_stands_for_the_changes_of_its_page(world: Store) -> None:
    told = json.loads(pack_of(world, "http://www.times.example/vote/")["change.json"])
    assert [one["change_id"] for one in told["changes"]] == [VOTE_ID]


def test_what_was_held_back_comes_with_what_it_was_compared_with(world: Store) -> None:
    files = pack_of(world, UNSURE.judgement.claim.claim_id)
    assert json.loads(files["change.json"])["changes"] == []
    assert sorted(sentences(files)) == [("compared with", said(VOTE)), ("held back", said(UNSURE))]
    assert "too weak to tell (0.32, needs 0.50)" in files["trail.txt"].decode()


def test_what_was_known_at_the_start_stands_in_the_seed_article(world: Store) -> None:
    lead = next(change for change in world.load_changes("haiti") if change.verdict is Verdict.BASELINE)
    files = pack_of(world, lead.change_id)
    (quote,) = quotes(files)
    text = files["texts/baseline.txt"].decode()
    assert text[quote["start"] : quote["end"]] == quote["quote"] == "Kenya leads the mission."


def test_a_text_that_was_removed_is_told_and_its_sentence_stays(tmp_path: Path) -> None:
    write_held(tmp_path)
    with open_store(tmp_path) as store:
        store.remove_texts(at("2025-11-01"), at("2025-10-30"))
    publish(tmp_path, RUN, at("2025-11-01"))
    with open_published(tmp_path) as store:
        files = pack_of(store, VOTE_ID)
    gone = "removed on 2025-11-01 because of its age, as the operator has set"
    assert {(one["is_there"], one["no_text"]) for one in quotes(files)} == {(None, gone)}
    assert said(VOTE) in {one["quote"] for one in quotes(files)}
    assert [name for name in files if name.startswith("texts/")] == []
    assert {one["no_text"] for one in json.loads(files["articles.json"])["articles"]} == {gone}


def test_a_pack_has_a_limit_and_says_what_it_left_out(world: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_TEXTS", 1)
    files = made(world.gather("haiti", VOTE_ID))
    assert [name for name in files if name.startswith("texts/")] == [f"texts/{VOTE.article.article_id}.txt"]
    assert [one["no_text"] is None for one in quotes(files)] == [True, False, False]
    assert "left out: a pack holds" in quotes(files)[1]["no_text"]


def test_a_text_with_other_line_breaks_and_letters_is_kept_sign_for_sign(world: Store) -> None:
    found = world.gather("haiti", VOTE_ID)
    article_id = VOTE.article.article_id
    text = "Pòtoprens\r\n\u2028🇭🇹 " + found.texts[article_id]
    claims = [
        {**row, "quote_start": row["quote_start"] + 15, "quote_end": row["quote_end"] + 15}
        if row["article_id"] == article_id
        else row
        for row in found.claims
    ]
    files = made(replace(found, texts={**found.texts, article_id: text}, claims=claims))
    assert files[f"texts/{article_id}.txt"].decode("utf-8") == text
    assert [one["is_there"] for one in quotes(files)] == [True, True, True]


def test_hostile_words_name_no_file_and_forge_no_line(world: Store) -> None:
    files = pack_of(world, change_of(STRANGE).change_id)
    assert all(re.fullmatch(r"[\w.]+|texts/[\w-]+\.txt", name) for name in files)
    assert "\u202e" not in files["trail.txt"].decode()
    assert "javascript:" not in files["trail.txt"].decode()


def test_each_file_of_the_zip_has_one_time_and_plain_rights(world: Store) -> None:
    with zipfile.ZipFile(io.BytesIO(as_zip(pack_of(world, change_of(LEFT).change_id)))) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.external_attr >> 16 for one in archive.infolist()} == {0o100644}
        assert archive.namelist()[:2] == ["manifest.json", "README.txt"]


def test_what_is_not_known_is_told_as_why_tells_it(world: Store) -> None:
    with pytest.raises(UsageError, match="Nothing is known of the address https://nowhere"):
        world.gather("haiti", "https://nowhere.example/")
