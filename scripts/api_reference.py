"""Writes docs/technical/API_REFERENCE_FULL.md from the docstrings; ``--check`` fails when it has drifted.

Reads the source as text and syntax tree, imports nothing, and prints annotations as they are written, so
the result is the same on every Python.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path("sniperforge")
TARGET = Path("docs/technical/API_REFERENCE_FULL.md")
HEAD = """# API reference

Generated from the docstrings by `make docs`; `make lint` fails when it has drifted. Names that start with an
underscore are left out.
"""

_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_ITEM = re.compile(r"^    \S")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def reference(package: Path) -> str:
    """The whole reference, modules in order of their dotted name."""
    parts = [HEAD]
    for path in sorted(package.rglob("*.py"), key=lambda path: _dotted(path, package)):
        source = path.read_text(encoding="utf-8")
        parts += _module(_dotted(path, package), ast.parse(source), source)
    return "\n".join(parts).rstrip() + "\n"


def _dotted(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(name: str, tree: ast.Module, source: str) -> Iterator[str]:
    if name.rpartition(".")[2].startswith("_"):
        return
    yield f"## `{name}`\n"
    yield from _text(ast.get_docstring(tree))
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield f"### `{_signature(node, source)}`\n"
            yield from _text(ast.get_docstring(node))
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _class(node, source)
        elif constant := _constant(node, after):
            yield f"### `{constant[0]}`\n"
            yield from _text(constant[1])


def _class(node: ast.ClassDef, source: str) -> Iterator[str]:
    bases = ", ".join(_segment(source, base) for base in node.bases)
    yield f"### class `{node.name}{f'({bases})' if bases else ''}`\n"
    yield from _text(ast.get_docstring(node))
    fields = [_segment(source, item) for item in node.body if _is_field(item)]
    if fields:
        yield "\n".join(f"- `{field}`" for field in fields) + "\n"
    for item in node.body:
        if isinstance(item, Function) and not item.name.startswith("_"):
            yield f"#### `{_signature(item, source)}`\n"
            yield from _text(ast.get_docstring(item))


def _is_field(item: ast.stmt) -> bool:
    return (
        isinstance(item, ast.AnnAssign)
        and isinstance(item.target, ast.Name)
        and not item.target.id.startswith("_")
    )


def _constant(node: ast.stmt, after: ast.stmt | None) -> tuple[str, str] | None:
    """A public module constant that has its own docstring below it."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    documented = (
        isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    )
    if not documented or not isinstance(target, ast.Name) or target.id.startswith("_"):
        return None
    return target.id, inspect.cleandoc(after.value.value)  # type: ignore[union-attr]


def _signature(node: Function, source: str) -> str:
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    returns = f" -> {_segment(source, node.returns)}" if node.returns else ""
    if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list):
        return f"{node.name}{returns}"
    return f"{prefix}{node.name}({', '.join(_arguments(node.args, source))}){returns}"


def _arguments(arguments: ast.arguments, source: str) -> Iterator[str]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    for index, (argument, default) in enumerate(
        zip(plain, [*defaults, *arguments.defaults], strict=True), start=1
    ):
        yield _argument(argument, default, source)
        if index == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield "*" + _argument(arguments.vararg, None, source)
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(argument, default, source)
    if arguments.kwarg:
        yield "**" + _argument(arguments.kwarg, None, source)


def _argument(argument: ast.arg, default: ast.expr | None, source: str) -> str:
    kind = f": {_segment(source, argument.annotation)}" if argument.annotation else ""
    value = "" if default is None else _segment(source, default)
    return argument.arg + kind + (f" = {value}" if value and kind else f"={value}" if value else "")


def _segment(source: str, node: ast.AST) -> str:
    return re.sub(r"\s+", " ", ast.get_source_segment(source, node) or "")


def _text(docstring: str | None) -> Iterator[str]:
    """Google-style sections become lists, references to names plain code, the rest stays as it is."""
    if not docstring:
        return
    lines: list[str] = []
    inside = False
    for line in re.sub(r":(?:class|func|data|meth|mod|exc):`~?([^`]+)`", r"``\1``", docstring).splitlines():
        if section := _SECTION.match(line):
            lines += [f"{section[1]}:", ""]
            inside = True
        elif inside and _ITEM.match(line):
            lines.append(f"- {line.strip()}")
        elif inside and line.startswith("     "):
            lines[-1] += f" {line.strip()}"
        else:
            inside = inside and bool(line.startswith("    "))
            lines.append(line)
    yield "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the reference, or compare with ``--check``."""
    text = reference(PACKAGE)
    if "--check" not in arguments:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET} has drifted from the docstrings: run `make docs` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
