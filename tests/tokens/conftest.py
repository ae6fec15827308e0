"""Recorded mints, and accounts packed by hand."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.chain import Account

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parents[2]
COMMITTED = PROJECT / "tests" / "data" / "risk_mints"
SHARED = Path(os.environ.get("SNIPERFORGE_FIXTURES", PROJECT / ".." / "shared" / "fixtures")) / "risk_mints"


def read_account(document: dict) -> Account:
    """The account of a fixture, whichever of its two forms."""
    inner = document.get("account", document)
    data = base64.b64decode(inner["data"][0])
    return Account(document["pubkey"], inner["owner"], inner.get("lamports", 0), data)


@pytest.fixture(scope="session")
def recorded_mint() -> Callable[[str], Account]:
    """Reads a committed mint by name, without ``mint_`` and ``.json``."""
    return lambda name: read_account(json.loads((COMMITTED / f"mint_{name}.json").read_text())["account"])


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], dict]:
    """Reads a file of the shared fixtures; skips where they are absent."""

    def read(name: str) -> dict:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"{path} is absent: set SNIPERFORGE_FIXTURES")
        return json.loads(path.read_text())

    return read


@pytest.fixture(scope="session")
def shared_account() -> Callable[[dict], Account]:
    """Turns a fixture's account document into an account."""
    return read_account
