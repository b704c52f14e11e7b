"""What must be true of the distributions: their metadata, their contents, their sizes."""

from __future__ import annotations

from packaging.metadata import parse_email

from tests.wheel.build import LIMIT, ROOT, Built

SHIPPED = "pipeline/shipped"
WATCHES = ("haiti", "somalia", "lebanon")


def problems(built: Built) -> list[str]:
    """Return what is wrong with ``built``, a sentence each."""
    names, source = built.names(), built.source_names()
    wanted = {f"{SHIPPED}/seeds/{watch}/{name}" for watch in WATCHES for name in files_of(watch)}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "pipeline").rglob("*.sql")}
    wanted |= {f"{SHIPPED}/docs/{path.relative_to(ROOT / 'docs')}" for path in (ROOT / "docs").rglob("*.md")}
    _, unparsed = parse_email(built.metadata())
    strange = sorted({name.split("/")[0] for name in names} - {"pipeline", "flows", _info(names)})
    tests = sorted(name for name in source if name.startswith(("tests/", "training/")))
    large = [path.name for path in (built.wheel, built.source) if path.stat().st_size > LIMIT]
    return [
        *(f"The wheel lacks {name}." for name in sorted(wanted - names)),
        *(f"The wheel has {name}, which is neither code nor metadata." for name in strange),
        *(f"The metadata has a field that is not understood: {name}." for name in unparsed),
        *(f"{name} is larger than {LIMIT:,} bytes." for name in large),
        *(f"The source distribution has {name}." for name in tests),
    ]


def files_of(watch: str) -> list[str]:
    """Return the files of a shipped watch in the checkout."""
    folder = ROOT / "seeds" / watch
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _info(names: set[str]) -> str:
    return next(name.split("/")[0] for name in names if ".dist-info/" in name)
