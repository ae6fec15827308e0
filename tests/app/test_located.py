"""The endpoints of this project's service are found again, and nobody else's URL is overruled."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from sniperforge.app.located import located, service_files
from sniperforge.coordination.process import start_identity
from sniperforge.errors import ConfigError
from sniperforge.files import make_folder
from sniperforge.localnet.service.info import NetworkInfo, Urls, write_info
from tests.app.place import settings_in


def running(
    folder: Path,
    *,
    process: str | None = None,
    jupiter_url: str | None = None,
    further: tuple[Urls, ...] = (),
) -> None:
    """Say that a network runs on port 7777; by default it is this very process."""
    pid = os.getpid()
    alive = start_identity(pid) if process is None else process
    files = service_files(settings_in(folder))
    make_folder(files.info.parent)
    urls = ("http://127.0.0.1:7777", "ws://127.0.0.1:7778", jupiter_url)
    info = NetworkInfo(*urls, "G", pid, alive, "now", "P", "k", further=further)
    write_info(files.info, info)


def test_its_files_are_in_the_state_folder(tmp_path: Path) -> None:
    """Two projects do not see each other's service."""
    assert service_files(settings_in(tmp_path)).info == tmp_path / "state" / "localnet" / "localnet.json"


def test_a_running_service_is_followed(tmp_path: Path) -> None:
    """Commands reach a network that was started on other ports than the usual ones."""
    running(tmp_path)
    found = located(settings_in(tmp_path)).network
    assert (found.rpc_url, found.ws_url) == ("http://127.0.0.1:7777", "ws://127.0.0.1:7778")


def test_all_its_endpoints_are_followed(tmp_path: Path) -> None:
    """As the first one is, unless the user names further ones."""
    running(tmp_path, further=(Urls("http://127.0.0.1:7779", "ws://127.0.0.1:7780"),))
    found = located(settings_in(tmp_path)).network
    assert [each.rpc_url for each in found.all_endpoints] == [
        "http://127.0.0.1:7777",
        "http://127.0.0.1:7779",
    ]
    assert found.endpoints[0].roles == ("read", "send", "subscribe", "history")


def test_a_network_that_ended_is_not_followed(tmp_path: Path) -> None:
    """Its file may have outlived it."""
    running(tmp_path, process="boot:1:2")
    assert located(settings_in(tmp_path)).network.rpc_url == "http://127.0.0.1:8899"


def test_without_a_service_nothing_changes(tmp_path: Path) -> None:
    """The settings are the same object."""
    settings = settings_in(tmp_path)
    assert located(settings) is settings


def test_a_url_of_the_users_own_is_kept(tmp_path: Path) -> None:
    """Whoever writes a URL means it."""
    running(tmp_path)
    own = settings_in(tmp_path, {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    assert located(own) is own


def test_other_chains_are_left_alone(tmp_path: Path) -> None:
    """A local service has nothing to do with devnet."""
    running(tmp_path)
    devnet = settings_in(tmp_path, network="devnet")
    assert located(devnet) is devnet


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    """It must not send commands to another network in silence."""
    files = service_files(settings_in(tmp_path))
    make_folder(files.info.parent)
    files.info.write_text("{")
    with pytest.raises(ConfigError, match="does not describe a running network"):
        located(settings_in(tmp_path))


def test_its_block_engine_is_followed_too(tmp_path: Path) -> None:
    """Unless the file names another one, or the service says of none."""
    settings = settings_in(tmp_path)
    assert located(settings).network.block_engine_urls == ("http://127.0.0.1:8898",)
    running(tmp_path)
    assert located(settings).network.block_engine_urls == ("http://127.0.0.1:8898",)
    running(tmp_path, jupiter_url="http://127.0.0.1:7776")
    assert located(settings).network.block_engine_urls == ("http://127.0.0.1:7776",)
    for own in ((), ("http://127.0.0.1:9",)):
        edited = replace(settings, network=settings.network.model_copy(update={"block_engine_urls": own}))
        assert located(edited).network.block_engine_urls == own
