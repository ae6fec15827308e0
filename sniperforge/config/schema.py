"""JSON Schema of every configuration file, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.model import Config
from sniperforge.config.network import NetworkConfig

if TYPE_CHECKING:
    from pydantic import BaseModel

MODELS: Final[dict[str, type[BaseModel]]] = {
    "sniperforge": Config,
    "network": NetworkConfig,
    "lp-sniper": LpSniperConfig,
}
"""Kind of file to its model."""


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of file, a key of :data:`MODELS`."""
    schema = MODELS[kind].model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
