from __future__ import annotations

import subprocess
import sys

from sniperforge.cli.table import COMMANDS

HEAVY = {
    "typer",
    "click",
    "rich",
    "pydantic",
    "solders",
    "solana",
    "httpx",
    "httpx2",
    "aiohttp",
    "structlog",
    "asyncio",
}


def test_names_and_summaries_are_printable_facts() -> None:
    """A name is what is typed; a summary is one line without a full stop."""
    for name, command in COMMANDS.items():
        assert name == name.lower().strip()
        assert command.module.startswith("sniperforge.cli.")
        assert command.summary == command.summary.strip().rstrip(".")
        assert len(command.summary) <= 80


def test_help_and_version_load_nothing_heavy() -> None:
    """The help is printed from the table before typer, pydantic or any network library loads."""
    for argument in ("--help", "--version"):
        run = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "sniperforge", argument],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
        assert "sniperforge" in loaded
        assert not loaded & HEAVY
