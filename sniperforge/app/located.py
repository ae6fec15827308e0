"""Where the embedded network serves when its service was started on other ports than the usual ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sniperforge.config.network import ROLES, EndpointConfig
from sniperforge.coordination.process import is_running
from sniperforge.localnet.service.files import ServiceFiles
from sniperforge.localnet.service.info import read_info

if TYPE_CHECKING:
    from sniperforge.config.load import Settings

USUAL_URL: Final = "http://127.0.0.1:8899"
USUAL_ENGINES: Final = ("http://127.0.0.1:8898",)
"""What ``networks/localnet.toml`` says unless somebody edits it."""


def service_files(settings: Settings) -> ServiceFiles:
    """The files of this project's service."""
    return ServiceFiles.in_folder(settings.state_dir / "localnet")


def follows_service(settings: Settings) -> bool:
    """Whether the selected network means this project's service, wherever that serves.

    A URL of the user's own is never overruled.
    """
    return settings.network.chain == "localnet" and settings.network.rpc_url.rstrip("/") == USUAL_URL


def located(settings: Settings) -> Settings:
    """The same settings, with the endpoints of this project's running service where it is meant.

    Raises:
        ConfigError: the service's file is damaged.
    """
    if not follows_service(settings):
        return settings
    info = read_info(service_files(settings).info)
    if info is None or is_running(info.pid, info.process) is False:
        return settings
    urls: dict[str, object] = {"rpc_url": info.rpc_url, "ws_url": info.ws_url}
    if not settings.network.endpoints:
        urls["endpoints"] = tuple(EndpointConfig(**each._asdict(), roles=ROLES) for each in info.further)
    if settings.network.block_engine_urls == USUAL_ENGINES and info.jito_url is not None:
        urls["block_engine_urls"] = (info.jito_url,)
    return replace(settings, network=settings.network.model_copy(update=urls))
