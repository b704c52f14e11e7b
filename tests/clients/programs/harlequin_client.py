"""harlequin, the real one, on a screen that nobody sees: keys are pressed, and what its widgets hold is read.

It can be asked for two things more than :mod:`talk` tells: ``{"do": "unfold", "path": "missionwatch main board"}``
opens the tree down to there, and ``{"do": "picture", "to": FILE}`` writes the screen as SVG.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any

from harlequin import Harlequin
from harlequin.components import ErrorModal
from harlequin_duckdb import DuckDbAdapter
from talk import COLUMNS, TABLES, VIEWS, Answer, said
from textual.pilot import Pilot

SIZE = (132, 40)
PATIENCE = 60.0  # seconds for the screen to show what is waited for, on a busy machine


class Screen:
    """harlequin with one file open, and the hands on its keys."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.app: Harlequin
        self.pilot: Pilot[Any]

    async def open(self, file: str) -> None:
        """What ``harlequin --read-only FILE`` does."""
        adapter = DuckDbAdapter((file,), read_only=True, no_init=True)
        self.app = Harlequin(adapter, adapter_name="duckdb", record_history=False)
        self.stack = AsyncExitStack()
        self.pilot = await self.stack.enter_async_context(self.app.run_test(size=SIZE))
        await self.until(lambda: self.app.editor is not None and self.app.connection is not None)
        await self.until(lambda: bool(self.app.data_catalog.database_tree.root.children))

    async def until(self, shown: Callable[[], bool]) -> None:
        """Wait till ``shown()``; raises what the window says where one tells of an error, once it is closed."""
        told = ""
        async with asyncio.timeout(PATIENCE):
            while told or not shown():
                if not isinstance(self.app.screen, ErrorModal):
                    if told:
                        raise RuntimeError(told)
                elif not told:
                    told = self.error()
                    await self.pilot.press("escape")
                await asyncio.sleep(0.01)

    def error(self) -> str:
        """What the window says that tells of an error."""
        return " ".join(str(widget.render()) for widget in self.app.screen.query("Static, Label").results())

    def in_editor(self) -> bool:
        """Go to the editor, and say whether the keys go there now."""
        self.app.editor.focus()  # type: ignore[union-attr]
        return self.app.focused is not None and self.app.editor in self.app.focused.ancestors_with_self

    async def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        """Type ``sql`` into the editor, press the keys that run it, and read the table of results."""
        viewer = self.app.results_viewer
        before = viewer.get_visible_table()
        self.app.editor.text = sql  # type: ignore[union-attr]
        await self.until(self.in_editor)
        await self.pilot.press("ctrl+j")
        await self.until(lambda: viewer.get_visible_table() not in (None, before))
        table = viewer.get_visible_table()
        # The last that it does with an answer is to go there; a key that is pressed before that goes there too.
        await self.until(lambda: self.app.focused is not None and viewer in self.app.focused.ancestors_with_self)
        return [str(name) for name in table.backend.columns], [
            list(table.backend.get_row_at(number)) for number in range(table.backend.row_count)
        ]

    async def look(self) -> Answer:
        """What the tree on the left shows under the schema; the comments by SQL, as it shows none."""
        database = (await self.ask("SELECT current_database()"))[1][0][0]
        schema = await self.unfold(f"{database} main")
        shown = {str(getattr(node.data, "label", "")) for node in schema.children}
        tables, views, columns = [dict((await self.ask(sql))[1]) for sql in (TABLES, VIEWS, COLUMNS)]
        return {
            "tables": {name: text for name, text in tables.items() if name in shown},
            "views": {name: text for name, text in views.items() if name in shown},
            "columns": columns,
        }

    async def unfold(self, path: str) -> Any:
        """Open the tree along ``path``, a name for each level; gives the last node, which has its children then."""
        tree = self.app.data_catalog.database_tree
        node = tree.root
        for name in path.split():

            def named(name: str = name, above: Any = node) -> Any:
                return next((child for child in above.children if getattr(child.data, "label", "") == name), None)

            await self.until(lambda named=named: named() is not None)
            node = named()
            node.expand()
        await self.until(lambda: bool(node.children))
        await self.pilot.pause(0.2)
        tree.scroll_to_node(node, animate=False)
        tree.scroll_relative(y=12, animate=False)
        await self.pilot.pause(0.2)
        return node

    async def close(self) -> None:
        await self.stack.aclose()
        self.app.connection.conn.close()  # type: ignore[union-attr]


async def answer(screen: Screen, asked: Answer) -> Answer:
    """What harlequin says to one line."""
    try:
        if asked["do"] == "ask":
            columns, rows = await screen.ask(asked["sql"])
            return {"columns": columns, "rows": rows}
        if asked["do"] == "look":
            return await screen.look()
        if asked["do"] == "version":
            return {"version": f"{version('harlequin')}, DuckDB {version('duckdb')}"}
        if asked["do"] == "unfold":
            await screen.unfold(asked["path"])
        elif asked["do"] == "picture":
            screen.app.save_screenshot(asked["to"])
        elif asked["do"] == "open":
            await screen.open(asked["file"])
        else:
            await screen.close()
    except Exception as error:  # whatever it is, the test is to see it
        return {"error": f"{type(error).__name__}: {error}"}
    return {"done": True}


async def main() -> None:
    # Textual takes the standard output for itself while the screen is open.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        screen = Screen()
        while line := await asyncio.to_thread(sys.stdin.readline):
            out.write(said(await answer(screen, json.loads(line))) + "\n")
            out.flush()


if __name__ == "__main__":
    asyncio.run(main())
