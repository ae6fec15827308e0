"""Arguments and output of everything that sets the embedded network's faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.localnet.faults.plan import FaultPlan

_ACTIONS: Final = ("show", "set", "clear")


def profile_argument(name: str) -> str:
    """``name`` when there is such a fault profile. Raises ``UsageError``."""
    fault_profile(name)
    return name


def fault_profile(name: str) -> FaultPlan:
    """The faults of the profile ``name``. Raises ``UsageError`` when there is none."""
    from sniperforge.localnet.faults.plan import plan_of_profile

    try:
        return plan_of_profile(name)
    except ConfigError as error:
        raise UsageError(error.message, hint=error.hint) from None


def fault_change(action: str, values: Sequence[str], profile: str | None) -> dict[str, Any] | None:
    """What ``localnet faults`` changes: settings by name; ``None`` for ``show`` and ``clear``.

    Raises:
        UsageError: an unknown action, setting, value or profile, or one that the action does not take.
    """
    from sniperforge.localnet.faults.plan import NO_FAULTS, parse_settings

    if action not in _ACTIONS:
        raise UsageError(f"no such action {action!r}", hint=f"there are {', '.join(_ACTIONS)}")
    if action != "set":
        if values or profile is not None:
            raise UsageError(f"{action} takes no settings", hint="localnet faults set NAME=VALUE...")
        return None
    if not values and profile is None:
        raise UsageError("nothing to set", hint="NAME=VALUE or --profile rough")
    try:
        settings = parse_settings(values)
        NO_FAULTS.changed(settings)
    except ConfigError as error:
        raise UsageError(error.message, hint=error.hint) from None
    return settings if profile is None else {"profile": profile_argument(profile), **settings}


def fault_lines(data: dict[str, Any], endpoint: int | None = None) -> str:
    """What is not as without faults, and the seed; for each endpoint if they differ, or for one of them."""
    plans = data["endpoints"]
    if endpoint is not None:
        return _lines(plans[endpoint - 1])
    if all(plan == plans[0] for plan in plans):
        return _lines(plans[0])
    return "\n".join(f"endpoint {number}\n{_lines(plan)}" for number, plan in enumerate(plans, 1))


def _lines(plan: dict[str, Any] | None) -> str:
    from sniperforge.localnet.faults.plan import NO_FAULTS

    if plan is None:
        return "no faults"
    usual = {**NO_FAULTS.to_json(), "seed": None}
    changed = {name: value for name, value in plan.items() if value != usual.get(name)}
    return "\n".join(f"{name:18} {value}" for name, value in changed.items())
