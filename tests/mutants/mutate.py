"""Where Python code can be made wrong in one place, and the code with that place made wrong. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One place of a module: its number among all nodes, its line, and what is wrong there."""

    node: int
    line: int
    what: str


def mutants(source: str) -> Iterator[Mutant]:
    """The mutants of ``source``, in the order of its nodes."""
    tree = _bare(source)
    # What a decorator is told (frozen, slots, a cache's size) is no behaviour that a test can see.
    kept_out = {
        id(inner) for node in ast.walk(tree) for one in getattr(node, "decorator_list", ()) for inner in ast.walk(one)
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in kept_out and (what := _mutate(node)):
            yield Mutant(number, getattr(node, "lineno", 0), what)


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The syntax tree of ``source`` with the one place of ``mutant`` made wrong."""
    tree = _bare(source)
    for number, node in enumerate(ast.walk(tree)):
        if number == mutant.node:
            _mutate(node)
    return ast.fix_missing_locations(tree)


class _Bare(ast.NodeTransformer):
    """Makes nothing of annotations, which do nothing at run time."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(ast.unparse(node.annotation))  # not taken away: a dataclass asks for it
        return self.generic_visit(node)


def _bare(source: str) -> ast.Module:
    tree = _Bare().visit(ast.parse(source))
    assert isinstance(tree, ast.Module)
    return tree


def _mutate(node: ast.AST) -> str:
    """Make ``node`` wrong, and say how; empty where there is nothing to make wrong."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPS:
            node.ops = [_swapped(op)]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in _SWAPS:
            node.op = _swapped(op)
            return f"{type(op).__name__} -> {type(node.op).__name__}"
        case ast.UnaryOp(op=ast.Not()):
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
            return "not dropped"
        case ast.Constant(value=bool(value)):
            node.value = not value
            return f"{value} -> {node.value}"
        case ast.Constant(value=int(value)):
            node.value = value + 1
            return f"{value} -> {node.value}"
        case ast.Constant(value=float(value)):
            node.value = value * 1.5 + 0.1
            return f"{value} -> {node.value}"
        case ast.Call(func=ast.Name(id=name)) if name in _OPPOSITES:
            node.func = ast.Name(_OPPOSITES[name], ast.Load())
            return f"{name} -> {_OPPOSITES[name]}"
        case ast.If(test=test) if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            node.test = ast.UnaryOp(ast.Not(), test)
            return "if -> if not"
        case ast.IfExp():
            node.body, node.orelse = node.orelse, node.body
            return "branches changed over"
        case _:
            return ""
    return f"{type(op).__name__} -> {type(node.ops[0]).__name__}"


def _swapped(op: ast.AST) -> ast.AST:
    return _SWAPS[type(op)]()
