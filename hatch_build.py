"""Add to the wheel what it brings beside the code: the shipped watches with their archives, and the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Named one by one: a checkout may hold watches of its owner's beside them.
_FOLDERS = ("seeds/haiti", "seeds/somalia", "seeds/lebanon")


class ShippedFiles(BuildHookInterface[Any]):
    """Puts them into ``pipeline/shipped``; an editable install finds them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to those of the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        files = [path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
        for path in sorted((*files, *(root / "docs").rglob("*.md"))):
            build_data["force_include"][str(path)] = f"pipeline/shipped/{path.relative_to(root).as_posix()}"
