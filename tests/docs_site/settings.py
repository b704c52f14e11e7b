"""docs/reference/settings.md: each setting, as ``pipeline.runtime.settings`` has it."""

from __future__ import annotations

import inspect
import re
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.runtime.settings import DEFAULT_FILE, PREFIX, Settings
from tests.docs_site.markdown import cell, table

TITLE = "Settings"
INTRODUCTION = f"""How Missionwatch runs on a machine, whatever it watches. What a watch is about stands in
[the files of the watch](watch-files.md).

A setting is a key of `{DEFAULT_FILE}` in the folder from which the command is called, or an environment variable: the
key in capitals after `{PREFIX}`. Variables come before the file, and an empty variable counts as not set. There are no
tables in the file. An unknown key, or a value that doesn't fit, is an error that names the line.

```toml
data_dir = "/srv/missionwatch"
contact = "desk@example.org"
```

```sh
export {PREFIX}CONTACT=desk@example.org
```

A folder in the file is relative to the file; in a variable, to the folder from which the command is called.
`missionwatch doctor DIR` shows what is in force.
"""


def meanings(kind: type[BaseModel]) -> dict[str, str]:
    """What the docstring of ``kind`` says of each of its attributes."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", text, re.MULTILINE)
    return {name: " ".join(told.split()) for name, told in found}


def page() -> str:
    """The page as Markdown."""
    told = meanings(Settings)
    rows = [
        (f"`{name}`", taken(field), _default(field), cell(_sentence(told[name])))
        for name, field in Settings.model_fields.items()
    ]
    return f"{INTRODUCTION}\n{table(('setting', 'takes', 'without it', 'what it is'), rows)}"


def taken(field: FieldInfo) -> str:
    """What kind of value ``field`` takes, in plain words."""
    kind: Any = field.annotation
    if typing.get_origin(kind) is typing.Literal:
        return " or ".join(f"`{word}`" for word in typing.get_args(kind))
    if isinstance(kind, types.UnionType):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    name = {bool: "true or false", int: "whole number", float: "number", str: "text", Path: "folder"}[kind]
    limits = {
        word: value
        for one in field.metadata
        for word in ("ge", "le")
        if (value := getattr(one, word, None)) is not None
    }
    return f"{name}, {limits['ge']:,} to {limits['le']:,}" if len(limits) == 2 else name


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if str(value) else "empty"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
