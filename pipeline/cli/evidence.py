"""``evidence``: a zip that proves a change, and the page behind ``why --html``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from pipeline.alerts.evidence import account_of, as_zip, pack_files, seal
from pipeline.cli.common import data_dir_option, folder_argument, store_folder
from pipeline.model import Watch, escape
from pipeline.model.errors import StoreUnwritableError
from pipeline.model.text import pluralise
from pipeline.site.files import write
from pipeline.site.why import alone
from pipeline.storage import open_published
from pipeline.watches import load_watch


@click.command("evidence")
@folder_argument
@click.argument("what", metavar="CHANGE-ID|ALERT-ID|URL")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip file to write; one that is there is replaced.",
)
@data_dir_option
def evidence_command(folder: Path, what: str, out: Path, data_dir: Path, archive: bool) -> None:
    """Write an evidence pack: the change, its sentences with their places, the archived texts, hashes, the trail.

    WHAT is the id of a change, alert or claim, or an address. The pack says in plain English how it is checked, and can
    be checked without Missionwatch. The last line is its SHA-256: note it down, and tell it to whoever gets the pack.

    \b
    missionwatch evidence seeds/haiti 5f0c8a52 --out pack.zip
    missionwatch evidence seeds/haiti http://island-observer-live.test/2025/09/30/... --out pack.zip --archive
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        found = store.gather(watch.slug, what)
    files = seal(
        pack_files(found, watch.rules),
        watch=found.watch,
        asked=escape.line(found.asked),
        as_of=found.as_of.isoformat() if found.as_of else "",
    )
    packed = as_zip(files)
    _write(out, packed)
    texts = sum(name.startswith("texts/") for name in files)
    counts = ((len(found.changes), "change"), (len(found.claims), "sentence"), (texts, "archived text"))
    told = ", ".join(pluralise(number, what) for number, what in counts)
    click.echo(f"{out}: {told}, {len(packed):,} bytes. How to check it: README.txt in it.")
    click.echo(f"SHA-256 {hashlib.sha256(packed).hexdigest()}")


def write_why(folder: Path, watch: Watch, what: str, out: Path) -> None:
    """Write the trail of ``what`` as a page that stands alone.

    Args:
        folder: the data folder.
        watch: the watch; its rules give the thresholds of alerts.
        what: an address or an id.
        out: the file.

    Raises:
        UsageError: nothing is known of it.
        StoreUnwritableError: the file can't be written.
    """
    with open_published(folder) as store:
        trail, ends = store.explained(watch.slug, what)
    page = alone(account_of(trail, watch.rules), asked=what, ends=ends, title=watch.title)
    _write(out, page.encode("utf-8", "replace"))
    click.echo(str(out))


def _write(out: Path, data: bytes) -> None:
    try:
        write(out, data)
    except OSError as error:
        raise StoreUnwritableError(
            f"{out} can't be written: {error.strerror or error}.",
            remedy="See to the folder's permissions and space, or name another file.",
        ) from error
