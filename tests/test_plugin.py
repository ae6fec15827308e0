"""The public plugin API: what it offers, and that the built-in bots need nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sniperforge.bots
from sniperforge import plugin
from sniperforge.testing.bots import make_judgement, make_pool

BOTS = sorted(Path(sniperforge.bots.__file__).parent.glob("*.py"))
VOCABULARY = ("sniperforge.config", "sniperforge.domain", "sniperforge.errors", "sniperforge.plugin")


def test_all_it_promises_is_there() -> None:
    """``from sniperforge.plugin import ...`` works for every name."""
    assert all(hasattr(plugin, name) for name in plugin.__all__)
    assert list(plugin.__all__) == sorted(plugin.__all__)


@pytest.mark.parametrize("path", BOTS, ids=lambda path: path.stem)
def test_bots_import_the_api_and_the_vocabulary_only(path: Path) -> None:
    """So that a bot from elsewhere can do whatever a built-in one can."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sniperforge"):
            assert (node.module or "").startswith(VOCABULARY), node.module


def test_an_opportunity_is_not_shown() -> None:
    """It is opaque, and large."""
    judgement = make_judgement(make_pool("a"))
    assert "opportunity" not in repr(judgement)
    assert judgement.is_news
