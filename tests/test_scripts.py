"""The project's own scripts: what the build trusts must be able to fail."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(**percents: float) -> dict[str, object]:
    return {
        "files": {
            name: {"summary": {"percent_covered": percent}, "missing_lines": list(range(30))}
            for name, percent in percents.items()
        }
    }


def test_coverage_is_checked_per_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module under the floor, one that no test loads, and idle exceptions are told; nothing else is."""
    check = script("check_coverage")
    assert all(reason for _, reason in check.EXCEPTIONS.values())
    monkeypatch.setattr(check, "EXCEPTIONS", {})
    assert check.problems(report(a=95.0, b=100.0), {"a", "b"}) == []
    assert "b: no test loads it" in check.problems(report(a=95.0), {"a", "b"})
    (low,) = check.problems(report(a=94.9), {"a"})
    assert low.startswith("a: 94.9 % of lines, at least 95 needed")
    assert low.endswith("...")
    monkeypatch.setattr(check, "EXCEPTIONS", {"a": (90.0, "why"), "gone": (1.0, "why"), "b": (90.0, "why")})
    assert check.problems(report(a=91.0, b=97.0), {"a", "b"}) == [
        "b: 97.0 %: its exception is no longer needed",
        "gone: an exception for a module that is gone",
    ]


def test_the_reference_is_made_from_docstrings(tmp_path: Path) -> None:
    """Public names with signatures, fields and sections are shown; private ones are not."""
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text('"""Top."""\n')
    (package / "_hidden.py").write_text('"""Hidden."""\n')
    (package / "mod.py").write_text(
        '"""Mod."""\nLIMIT = 3\n"""How many."""\n_X = 1\n"""No."""\n\n'
        "class Thing(Base):\n"
        '    """A :class:`Thing`.\n\n    Attributes:\n        size: in\n            metres.\n    """\n'
        "    size: int = 1\n    _own: int = 2\n"
        "    @property\n    def wide(self) -> bool:\n        return True\n"
        "    async def go(self, a, /, b: int = 2, *c: int, d=None, **e: str) -> None:  # note\n"
        '        """Go."""\n'
        "    def _no(self): ...\n\n"
        "def plain(*, key: str): ...\n"
    )
    text = script("api_reference").reference(package)
    for shown in (
        "## `pack`\n\nTop.",
        "### `LIMIT`\n\nHow many.",
        "### class `Thing(Base)`\n\nA ``Thing``.\n\nAttributes:\n\n- size: in metres.\n\n- `size: int = 1`\n",
        "#### `wide -> bool`",
        "#### `async go(self, a, /, b: int = 2, *c: int, d=None, **e: str) -> None`\n\nGo.",
        "### `plain(*, key: str)`",
    ):
        assert shown in text
    assert not any(word in text for word in ("Hidden", "_own", "_no", "_X"))


def test_the_networks_tables_follow_the_dispatcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written between their marks; a drifted page and one without marks are told."""
    methods = script("localnet_methods")
    page = tmp_path / "localnet.md"
    monkeypatch.setattr(methods, "TARGET", page)
    page.write_text(f"before\n{methods.BEGIN}old\n{methods.END}after\n")
    assert methods.main(["--check"]) == 1
    assert "drifted" in capsys.readouterr().err
    assert methods.main([]) == 0
    assert methods.main(["--check"]) == 0
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| `getBlock` | 1-2 |" in text
    assert "| `blockSubscribe` |" in text
    page.write_text("nothing")
    with pytest.raises(ValueError, match="lost its marks"):
        methods.main([])


def test_an_old_python_is_refused_clearly(tmp_path: Path) -> None:
    """Without a Python >= 3.11 on the path, ``make`` says what is needed."""
    for name in ("python3", "python3.13"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    bash = "/bin/bash"
    done = subprocess.run(
        [bash, str(SCRIPTS / "make_venv.sh"), str(tmp_path / "venv")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "no Python >= 3.11" in done.stderr


def test_bytecode_and_hash_seed_do_not_change_the_reference() -> None:
    """Two runs with different hash seeds agree byte for byte."""
    code = "import sys; sys.path.insert(0, 'scripts'); import api_reference as a; print(a.reference(a.PACKAGE / 'cli'))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=SCRIPTS.parent,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_the_table_of_venues_drifts_visibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row for every venue; a page that is not fresh is refused; without recordings nothing can be said."""
    venues = script("venues")
    monkeypatch.setattr(venues, "TARGET", tmp_path / "venues.md")
    monkeypatch.setattr(venues, "shared_root", lambda: None)
    assert venues.main(["--check"]) == 0
    assert "not here" in capsys.readouterr().err
    monkeypatch.setattr(venues, "shared_root", lambda: tmp_path)
    monkeypatch.setattr(
        venues, "recorded_venues", lambda: [SimpleNamespace(dex="raydium_cpmm", exceptions={"x": "why"})]
    )
    counts = {"detect": (1, 2), "decode": (3, 3), "events": (0, 0), "quote": (4, 4), "build": (0, 0)}
    monkeypatch.setattr(venues, "counts_of", lambda _: counts)
    assert venues.main(["--check"]) == 1
    assert "drifted" in capsys.readouterr().err
    assert venues.main([]) == 0
    assert venues.main(["--check"]) == 0
    page = (tmp_path / "venues.md").read_text()
    assert "| `raydium_cpmm` | quoted | 1 of 2 | 3 of 3 | - | 4 of 4 | - |" in page
    assert "| `raydium_amm_v4` | quoted | - | - | - | - | - |" in page
    assert page.endswith("- x: why\n")
