"""Run mutants of the pure core against its own tests: ``python -m tests.mutants [--number 400] [--seed 1]``.

Each mutant runs in a process of its own that stops at the first failing test; what no test notices is listed by file
and line. No file is changed: the mutated module is put in the place of its file when it is imported.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import signal
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.mutate import Mutant, mutants, mutated

ROOT = Path(__file__).resolve().parents[2]
CODE = ("pipeline/board/fold.py", "pipeline/board/compare", "pipeline/model")
LEFT_OUT = frozenset({"pipeline/board/compare/likeness_weights.py"})  # fitted numbers, measured by the bench
TESTS = (
    "tests/board/test_board.py",
    "tests/model/test_typed_facts.py",
    "tests/board/test_compare_rules.py",
    "tests/board/test_compare.py",
    "tests/board/test_fold_properties.py",
)
# What all of the tests import and no mutant touches: imported once, before the processes part.
SHARED = ("numpy", "onnxruntime", "babel", "lxml.html", "dateparser", "pydantic", "duckdb")
LIMIT = 120  # seconds for one mutant; one that takes longer, say for ever, counts as noticed
SURVIVED = 0


class _Instead(MetaPathFinder, Loader):
    """Gives one module from a tree in place of its file."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self.name:
            return None
        return spec_from_loader(name, self, origin=str(self.path), is_package=self.path.name == "__init__.py")

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.path)
        if self.path.name == "__init__.py":
            module.__path__ = [str(self.path.parent)]
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def sources() -> list[Path]:
    """The files that are mutated, in order."""
    files = [path for part in CODE for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).glob("*.py"))]
    return sorted(path for path in files if str(path.relative_to(ROOT)) not in LEFT_OUT)


def drawn(number: int, seed: int) -> list[tuple[Path, Mutant]]:
    """``number`` of all mutants, the same ones for the same ``seed``; all where there are no more."""
    every = [(path, mutant) for path in sources() for mutant in mutants(path.read_text("utf-8"))]
    return random.Random(seed).sample(every, min(number, len(every)))


def noticed(path: Path, mutant: Mutant | None, tests: Sequence[str] = TESTS) -> bool:
    """Whether a test fails with ``mutant`` in the place of the module at ``path``; None changes nothing."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) != SURVIVED
    signal.alarm(LIMIT)  # its default action ends the process
    if mutant is not None:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        sys.meta_path.insert(0, _Instead(name, path, mutated(path.read_text("utf-8"), mutant)))
    code = 1
    try:
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests]))
    finally:
        os._exit(code)


def main() -> int:
    """Run the mutants and list the survivors; the exit status is 1 where too few were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Mutation testing of the pure core.")
    parser.add_argument("--number", type=int, default=400, help="how many mutants are drawn [400]")
    parser.add_argument("--seed", type=int, default=1, help="which ones [1]")
    parser.add_argument("--least", type=float, default=0.85, help="the share that must be noticed [0.85]")
    asked = parser.parse_args()
    os.chdir(ROOT)
    for name in SHARED:
        importlib.import_module(name)
    if noticed(ROOT, None):
        print("The tests fail without any mutant: mend them first.", file=sys.stderr)
        return 2
    chosen = drawn(asked.number, asked.seed)
    survivors = 0
    for path, mutant in sorted(chosen, key=lambda one: (str(one[0]), one[1].line, one[1].node)):
        if not noticed(path, mutant):
            survivors += 1
            print(f"{path.relative_to(ROOT)}:{mutant.line}: {mutant.what}", flush=True)
    share = 1 - survivors / len(chosen)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants noticed ({share:.1%}); seed {asked.seed}.")
    return int(share < asked.least)


if __name__ == "__main__":
    sys.exit(main())
