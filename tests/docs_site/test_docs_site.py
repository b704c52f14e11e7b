"""The documentation as a site: each page is in its menu, no warning is left, nothing is asked of the network."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs_site.build import CONFIG, DOCS, build, navigation, place, relinked, stage

needs_zensical = pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="zensical is not installed: make setup"
)
SERIOUS = ("serious", "critical")
# What makes a browser fetch something by itself.
FETCHED = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*?\ssrc="([^"]+)"|<link\b[^>]*?\shref="([^"]+)"[^>]*>""")


def test_every_page_is_in_the_menu_once() -> None:
    there = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))

    assert sorted(navigation()) == there, f"the menu is `nav` in {CONFIG}"


def test_a_link_out_of_the_documents_leads_to_what_comes_along(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "sub").mkdir(parents=True)
    (tmp_path / "deploy").mkdir()
    (docs / "sub" / "a.md").write_text(
        "[x](../../deploy/b.md#c) [y](../p.png) [z](https://un.org/a.md)\n\n```\n[x](../q)\n```\n"
    )
    (docs / "p.png").write_bytes(b"p")
    (tmp_path / "deploy" / "b.md").write_text("[f](f.yaml) [back](../docs/sub/a.md)\n")
    (tmp_path / "deploy" / "f.yaml").write_text("f")

    stage(docs, tmp_path / "site")

    text = {path: (tmp_path / "site" / path).read_text() for path in ("sub/a.md", "repository/deploy/b.md")}
    assert (
        text["sub/a.md"]
        == "[x](../repository/deploy/b.md#c) [y](../p.png) [z](https://un.org/a.md)\n\n```\n[x](../q)\n```\n"
    )
    assert text["repository/deploy/b.md"] == "[f](f.yaml) [back](../../sub/a.md)\n"
    assert (tmp_path / "site" / "repository/deploy/f.yaml").is_file()


def test_nothing_outside_of_the_repository_comes_along(tmp_path: Path) -> None:
    docs = tmp_path / "checkout" / "docs"
    docs.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (docs / "a.md").write_text("[s](../../secret.txt)\n")

    stage(docs, tmp_path / "site")

    assert [path.name for path in (tmp_path / "site").rglob("*")] == ["a.md"]
    assert relinked("[s](../../secret.txt)", docs / "a.md", docs) == "[s](../../secret.txt)"


def test_a_page_keeps_its_place() -> None:
    assert str(place(DOCS / "clients" / "node.md", DOCS)) == "clients/node.md"
    assert str(place(DOCS.parent / "README.md", DOCS)) == "repository/README.md"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built without a warning."""
    folder = tmp_path_factory.mktemp("docs")
    build(folder)
    return folder / "site"


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of Chromium, which keeps in ``asked`` each address that it asks for."""
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.asked = []
        opened.on("request", lambda request: opened.asked.append(request.url))
        yield opened
        browser.close()


@needs_zensical
@pytest.mark.slow
def test_each_page_of_the_menu_is_built(site: Path) -> None:
    built = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    wanted = {str(Path(page).with_name("index.md") if page.endswith("README.md") else page) for page in navigation()}

    assert wanted - built == set()


@needs_zensical
@pytest.mark.slow
def test_no_page_names_what_a_browser_would_fetch_from_elsewhere(site: Path) -> None:
    fetched = {
        address
        for path in site.rglob("*.html")
        for found in FETCHED.findall(path.read_text("utf-8"))
        for address in found
        if re.match(r"(?:[a-z]+:)?//", address)
    }
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))

    assert fetched == set()
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*\)|@import[^;]*", styles) == []


@needs_zensical
@pytest.mark.slow
def test_opened_from_the_file_it_finds_words_and_asks_nothing_of_the_network(site: Path, page: Any) -> None:
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.locator("input[placeholder=Search]").fill("dead letters")
    page.get_by_text("alerts dead").first.wait_for()

    assert [address for address in page.asked if not address.startswith(site.as_uri())] == []


@needs_zensical
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious(site: Path, page: Any, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("index.html", "tutorial.html", "reference/settings.html"):
        page.goto((site / name).as_uri())
        found = axe.run(page, options={"preload": False}).response["violations"]
        assert [(name, one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []


@needs_zensical
@pytest.mark.slow
@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nowhere"])
def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path, link: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / CONFIG.name).write_text('[project]\nsite_name = "x"\nnav = ["index.md"]\n')
    (docs / "index.md").write_text(f"# Home\n\n[x]({link})\n")

    with pytest.raises(SystemExit, match=r"index\.md:3"):
        build(tmp_path / "built", docs)
