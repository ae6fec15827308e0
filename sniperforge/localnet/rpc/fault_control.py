"""JSON-RPC methods that set a network's faults, under a prefix that no validator has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError
from sniperforge.localnet.faults.plan import plan_of_profile
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node
from sniperforge.localnet.rpc.params import expect

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.params import Params


def _get_faults(node: Node, _params: Params) -> Any:
    return {"active": node.faults.dice is not None, "plan": node.faults.plan.to_json()}


def _set_faults(node: Node, params: Params) -> Any:
    """Settings by name, on top of a profile or of the faults there are."""
    settings = dict(expect(params.at(0), dict))
    profile = settings.pop("profile", None)
    try:
        plan = node.faults.plan if profile is None else plan_of_profile(expect(profile, str))
        node.faults.set(plan.changed(settings))
    except ConfigError as error:
        raise faults.invalid_params(error.message) from None
    return _get_faults(node, params)


def _clear_faults(node: Node, params: Params) -> Any:
    node.faults.clear()
    return _get_faults(node, params)


METHODS: Final = {
    "sniperforge_getFaults": Method(_get_faults, 0, 0),
    "sniperforge_setFaults": Method(_set_faults, 1, 1),
    "sniperforge_clearFaults": Method(_clear_faults, 0, 0),
}
