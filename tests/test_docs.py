"""What the documents and the files of the repository say is so."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import pipeline
from flows.cli import main
from pipeline.model import Aspect, Stage, Verdict

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-setup.lock")
MAX_TEXT = 2_000_000  # bytes; larger files are data, not documents

# Written in two halves, so that this file does not name what it forbids.
REGISTRY_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".", "proxy.golang" + ".org", "crates" + ".io")
MACHINE_PATH = re.compile(r"(?<![\w./:~$}-])/(?:home|root|work|Users)/[\w.]")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t).*", re.MULTILINE)
SPAN = re.compile(r"`[^`\n]+`")
# Where a shell expects a command: at the start, after a prompt or a separator, behind variables.
COMMAND = r"(?:^|[;&|(]|\$ )\s*(?:\w+=\S+ )*(?:\S*/)?"


def documents() -> list[Path]:
    """Each Markdown page that tells how to use or change Missionwatch."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])


def code_of(markdown: str) -> str:
    """The code in a page, a piece a line: fences, indented blocks and spans."""
    return "\n".join(found.strip("`") for pattern in (FENCE, INDENTED, SPAN) for found in pattern.findall(markdown))


def named_targets(markdown: str) -> set[str]:
    """The make targets that the code of a page calls."""
    # In a list such as "make lint     style, types", what stands two spaces away is prose.
    calls = re.findall(COMMAND + r"make((?: [a-z][a-z-]*)+)", code_of(markdown), re.MULTILINE)
    return {target for call in calls for target in call.split()}


def named_commands(markdown: str) -> set[str]:
    """The subcommands of ``missionwatch`` that the code of a page calls."""
    return set(re.findall(COMMAND + r"missionwatch ([a-z][a-z-]*)", code_of(markdown), re.MULTILINE))


def make_targets() -> dict[str, str]:
    """The targets of the Makefile, each with the text that ``make help`` shows."""
    return dict(re.findall(r"^([a-z][a-z-]*):[^=\n]*?(?:## (.*))?$", (ROOT / "Makefile").read_text(), re.MULTILINE))


def cli_commands() -> set[str]:
    """The subcommands that the installed command knows; skips where there is none yet."""
    if importlib.util.find_spec("flows.cli") is None:
        pytest.skip("flows.cli is not there yet, so no command can be checked")
    try:
        module = importlib.import_module("flows.cli")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(("pipeline.", "flows.")):
            pytest.skip(f"{error.name} is not there yet, so no command can be checked")
        raise
    groups = [value for value in vars(module).values() if isinstance(value, click.Group)]
    assert groups, "flows.cli has no click.Group: tell this test where the commands are"
    return {name for group in groups for name in group.commands}


def our_files() -> list[Path]:
    """Each text file that is tracked, or would be by ``git add``."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=30,
    )
    if done.returncode:
        pytest.skip("not a git checkout, so what is tracked is not known")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and path.stat().st_size < MAX_TEXT and is_text(path)]


def is_text(path: Path) -> bool:
    """Whether the file's first bytes are those of a text."""
    with path.open("rb") as file:
        return b"\0" not in file.read(4096)


def lines_that(files: list[Path], wrong) -> list[str]:
    """``file:line`` of each line for which ``wrong(line)`` holds."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if wrong(line)
    ]


# -- documents ------------------------------------------------------------------------------------


def test_the_pages_that_a_newcomer_looks_for_are_there():
    wanted = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs/design.md", "deploy/README.md"}

    assert {name for name in wanted if not (ROOT / name).is_file()} == set()


def test_the_version_is_told_alike_wherever_it_is_told():
    told = {
        "pyproject.toml": r'^version = "(.+)"$',
        "CHANGELOG.md": r"^## \[(\d.*)\]",
        "README.md": r"missionwatch-(.+?)-py3",
        "docs/deploy.md": r"-t missionwatch:(\S+) ",
        "deploy/container/compose.yaml": r"MISSIONWATCH_VERSION:-(.+)}",
    }
    found = {name: set(re.findall(form, (ROOT / name).read_text("utf-8"), re.M)) for name, form in told.items()}

    assert found == {name: {pipeline.__version__} for name in told}


def test_the_command_tells_the_version():
    said = CliRunner().invoke(main, ["--version"])

    assert (said.exit_code, said.output) == (0, f"missionwatch, version {pipeline.__version__}\n")


def test_targets_and_commands_are_found_in_code_and_not_in_prose():
    page = (
        "We make haste.\n\n    make lint     style\n\nRun `make test bench`, `x/missionwatch why A` (missionwatch is)."
    )

    assert named_targets(page) == {"lint", "test", "bench"}
    assert named_commands(page) == {"why"}


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_each_make_target_that_a_page_names_exists(page):
    assert named_targets(page.read_text()) - make_targets().keys() == set()


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_that_a_page_names_exists(page):
    assert named_commands(page.read_text()) - cli_commands() == set()


def test_each_command_is_told_on_a_page_beside_the_reference():
    told = (named_commands(page.read_text()) for page in documents() if page.parent.name != "reference")

    assert cli_commands() - set().union(*told) == set()


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_each_relative_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("word", [*Aspect, *Stage, *Verdict])
def test_the_design_page_has_each_word_of_the_model(word):
    assert re.search(rf"\b{word}\b", (ROOT / "docs/design.md").read_text())


def test_each_target_has_a_line_of_help():
    assert {target for target, text in make_targets().items() if not text} == set()


# -- files ----------------------------------------------------------------------------------------


def test_no_file_names_a_package_registry():
    assert lines_that(our_files(), lambda line: any(host in line for host in REGISTRY_HOSTS)) == []


def test_no_file_names_a_folder_of_one_machine():
    assert lines_that(our_files(), MACHINE_PATH.search) == []


@pytest.mark.parametrize("line", ["cd /" + "home/ann", "(/" + "root/.cache)", "open('/" + "work/main')"])
def test_a_folder_of_one_machine_is_recognised(line):
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["https://un.org/home/news", "../work/main", "a/root/b", "$TMP/home/x", "/homepage"])
def test_a_path_that_is_no_machines_own_is_left_alone(line):
    assert not MACHINE_PATH.search(line)


# -- lock files -----------------------------------------------------------------------------------


def unhashed(lock: str) -> list[str]:
    """The requirements of a lock file that no hash follows, or that no exact version names."""
    requirements = re.split(r"\n(?=\S)", lock.strip())
    return [
        found.split()[0]
        for found in requirements
        if not re.match(r"[\w.-]+(?:\[[\w,.-]+\])?==\S", found) or not re.search(r"--hash=sha256:[0-9a-f]{64}", found)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_version_and_a_hash(name):
    assert unhashed((ROOT / name).read_text()) == []


def test_a_package_without_version_or_hash_is_noticed():
    fine = "a==1 \\\n    --hash=sha256:" + "0" * 64

    assert unhashed(f"{fine}\nb==2\nc>=3 --hash=sha256:{'0' * 64}\n") == ["b==2", "c>=3"]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_names_an_index(name):
    found = re.findall(
        r"^\s*(?:-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b.*|.*://.*",
        (ROOT / name).read_text(),
        re.M,
    )

    assert found == []


def versions(name: str) -> dict[str, str]:
    """The package versions that a lock file pins."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_two_lock_files_agree():
    one, other = (versions(name) for name in LOCKS)

    assert {name: (one[name], other[name]) for name in one.keys() & other.keys() if one[name] != other[name]} == {}
