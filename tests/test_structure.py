"""Guards over the shape of the project: they keep the picture in docs/architecture.md true."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from sniperforge.cli.table import COMMANDS

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "sniperforge"
MODULES = sorted(PACKAGE.rglob("*.py"))
PATHS = {path.relative_to(PROJECT).as_posix(): path for path in MODULES}

MAX_FILE_LINES = 400
MAX_BODY_LINES = 60
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}

WITHOUT_TESTS = {
    "sniperforge/__main__.py": "two lines, run by every test that spawns the command line",
    "sniperforge/ports.py": "protocols without behaviour",
}
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree_of(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_module_has_its_test_file() -> None:
    """``sniperforge/a/b.py`` is tested by ``tests/a/test_b.py``; what needs none is listed with the reason."""
    missing = []
    for name, path in PATHS.items():
        if path.name == "__init__.py" or name in WITHOUT_TESTS:
            continue
        inside = path.relative_to(PACKAGE)
        if not (PROJECT / "tests" / inside.with_name(f"test_{inside.name}")).is_file():
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_imports_and_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The table holds what works: module, app, docstrings on its functions, and a help page."""
    from sniperforge.cli.main import main

    app = importlib.import_module(COMMANDS[name].module).app
    assert all(command.callback.__doc__ for command in app.registered_commands)
    assert main([name, "--help"]) == 0
    assert f"Usage: sniperforge {name}" in capsys.readouterr().out


def test_files_and_functions_stay_small() -> None:
    """No file above 400 lines, no function body above 60, unless listed with a reason."""
    long_files = {name: path.read_text().count("\n") for name, path in PATHS.items()}
    long_functions = {
        f"{name}:{node.name}": body_lines(node) for name, path in PATHS.items() for node in functions(path)
    }
    assert {name: n for name, n in long_files.items() if n > MAX_FILE_LINES and name not in LONG_FILES} == {}
    assert {
        name: n for name, n in long_functions.items() if n > MAX_BODY_LINES and name not in LONG_FUNCTIONS
    } == {}


def test_exceptions_are_still_needed() -> None:
    """A list of exceptions never outlives what it excepts."""
    listed = WITHOUT_TESTS.keys() | LONG_FILES.keys() | {name.split(":")[0] for name in LONG_FUNCTIONS}
    assert listed <= PATHS.keys()


def test_names_say_what_lives_there() -> None:
    """No catch-all names, and none that shadows the standard library."""
    last_words = {name: {path.stem.rpartition("_")[2], path.parent.name} for name, path in PATHS.items()}
    assert {name for name, words in last_words.items() if words & BANNED} == set()
    assert {path.stem for path in MODULES} & sys.stdlib_module_names == set()


def test_package_files_hold_only_a_docstring() -> None:
    """Importing a package runs nothing."""
    for path in MODULES:
        if path.name == "__init__.py" and path.parent != PACKAGE:
            assert [type(node) for node in tree_of(path).body] in ([], [ast.Expr]), path


def test_commands_import_nothing_heavy_at_module_level() -> None:
    """Command modules read only the standard library, typer and what is as light; the rest inside functions."""
    light = {"sniperforge.errors", "sniperforge.config.nearest", "sniperforge", "typer"}
    for path in (PACKAGE / "cli").rglob("*.py"):
        for node in tree_of(path).body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [item.name for item in node.names]
            )
            for name in names:
                is_light = name in light or name.startswith("sniperforge.cli")
                assert is_light or name.partition(".")[0] in sys.stdlib_module_names, f"{path}: {name}"


def test_every_test_says_what_it_tests() -> None:
    """Each test has a docstring of its own."""
    silent = [
        f"{path.relative_to(PROJECT)}:{node.name}"
        for path in sorted((PROJECT / "tests").rglob("test_*.py"))
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    """No marks of unfinished work in the package."""
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [name for name, path in PATHS.items() if mark.search(path.read_text())] == []


def test_locks_name_no_hosts() -> None:
    """The locks pin by hash and name no registry."""
    for path in PROJECT.glob("requirements*.lock"):
        text = path.read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= text.count("==")
