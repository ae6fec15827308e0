"""A project's chain: saved, loaded, looked at, moved through time."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.local_chain import describe, load, save, warp
from sniperforge.app.local_service import facts, start_detached, stop
from sniperforge.app.located import service_files
from sniperforge.config.load import Settings
from sniperforge.errors import NotFoundError, RpcError, UnavailableError
from tests.app.test_local_service import PLAN, settings

__all__ = ["settings"]


def test_a_chain_there_and_back(settings: Settings, tmp_path: Path) -> None:
    """Saved from the running network; loaded only when it is stopped, and then it goes on from there."""
    file = tmp_path / "saved.db"
    with pytest.raises(NotFoundError):
        save(settings, file, replace=False)
    with pytest.raises(UnavailableError, match="not running"):
        warp(settings, slots=1)
    started, _ = start_detached(settings, PLAN)
    told = save(settings, file, replace=False)
    assert told["genesis_hash"] == started.genesis_hash
    assert describe(file) == told
    with pytest.raises(UnavailableError, match="running") as error:
        load(settings, file)
    assert "localnet down" in error.value.hint
    moved = warp(settings, seconds=60)
    assert moved["slot"] >= told["slot"] + 1_200
    assert warp(settings, slots=10)["block_time"] >= moved["block_time"]
    with pytest.raises(RpcError):
        warp(settings, slots=0)
    stop(settings)
    aside = str(service_files(settings).chain_before)
    assert load(settings, file) == {**told, "aside": aside}
    again, _ = start_detached(settings, PLAN)
    assert again.genesis_hash == started.genesis_hash
    assert told["slot"] < facts(settings)["slot"] < moved["slot"]
    stop(settings)
