"""Commands that trade: a network for all of them, a funded project for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trading import SOL, Project, ServedNetwork, Shell


@pytest.fixture(scope="module")
def still_network() -> Iterator[ServedNetwork]:
    """A network on which nothing happens by itself."""
    with ServedNetwork() as network:
        yield network


@pytest.fixture
def project(still_network: ServedNetwork, tmp_path: Path) -> Project:
    """A project with a funded wallet on the still network."""
    network = still_network.network
    made = Project(
        tmp_path / "project", tmp_path / "state-home", network.rpc_url, network.ws_url, network.genesis_hash
    )
    still_network.fund(made.wallet, SOL)
    return made


@pytest.fixture
def shell(project: Project, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs commands of the project in this process."""
    return Shell(project, monkeypatch)
