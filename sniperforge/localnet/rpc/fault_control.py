"""JSON-RPC methods that set a network's faults, under a prefix that no validator has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError
from sniperforge.localnet.faults.plan import plan_of_profile
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.node import Method, Node
from sniperforge.localnet.rpc.params import expect

if TYPE_CHECKING:
    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.rpc.params import Params


def _get_faults(node: Node, _params: Params) -> Any:
    """The plan of each endpoint, ``null`` where there are no faults; ``plan`` is that of the first."""
    endpoints = node.faults.endpoints
    plans = [each.plan.to_json() if each.dice is not None else None for each in endpoints]
    return {"active": any(plans), "plan": endpoints[0].plan.to_json(), "endpoints": plans}


def _set_faults(node: Node, params: Params) -> Any:
    """Settings by name, on top of a profile or of the faults there are."""
    settings = dict(expect(params.at(0), dict))
    number = settings.pop("endpoint", None)
    chosen = _chosen(node, number)
    if "rollback" in settings and number not in {None, 1}:
        raise faults.invalid_params("rollback is of the whole network: set it without endpoint")
    profile = settings.pop("profile", None)
    try:
        start = None if profile is None else plan_of_profile(expect(profile, str))
        plans = [(start or each.plan).changed(settings) for each in chosen]
    except ConfigError as error:
        raise faults.invalid_params(error.message) from None
    for each, plan in zip(chosen, plans, strict=True):
        each.set(plan)
    return _get_faults(node, params)


def _clear_faults(node: Node, params: Params) -> Any:
    options = {} if params.at(0) is None else dict(expect(params.at(0), dict))
    for each in _chosen(node, options.get("endpoint")):
        each.clear()
    return _get_faults(node, params)


def _chosen(node: Node, number: Any) -> list[Faults]:
    """The faults of the endpoint with this number, from 1; of all without one."""
    endpoints = node.faults.endpoints
    if number is None:
        return endpoints
    if not 1 <= expect(number, int) <= len(endpoints):
        raise faults.invalid_params(f"no endpoint {number}: there are {len(endpoints)}")
    return [endpoints[number - 1]]


METHODS: Final = {
    "sniperforge_getFaults": Method(_get_faults, 0, 0),
    "sniperforge_setFaults": Method(_set_faults, 1, 1),
    "sniperforge_clearFaults": Method(_clear_faults, 0, 1),
}
