"""The error tree is what its drawing says, and what the table of exit codes in the design says."""

from __future__ import annotations

import re

from sniperforge import errors
from sniperforge.errors import RpcError, SniperForgeError

EXITS = {
    "internal": 1,
    "usage": 2,
    "config": 3,
    "refused": 4,
    "wallet_busy": 5,
    "unavailable": 6,
    "rejected": 7,
    "unknown": 8,
    "not_found": 9,
}


def tree(root: type[SniperForgeError]) -> list[type[SniperForgeError]]:
    return [root] + [found for child in root.__subclasses__() for found in tree(child)]


CLASSES = [found for found in tree(SniperForgeError) if found.__module__ == errors.__name__]


def test_the_drawing_shows_every_class_with_its_code() -> None:
    """Class, exit code and code stand in the module's drawing as they are in the code."""
    drawn = re.findall(r"(\w+Error) +(\d) +(\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted((cls.__name__, str(cls.exit_code), cls.code) for cls in CLASSES)


def test_codes_and_exit_codes_are_the_contract() -> None:
    """Scripts rely on these pairs."""
    assert {cls.code: cls.exit_code for cls in CLASSES} == EXITS


def test_an_error_carries_message_hint_and_details() -> None:
    """Details are copied, so that a caller's later change does not show."""
    details = {"a": 1}
    error = SniperForgeError("what", hint="do", details=details)
    details["a"] = 2
    assert (str(error), error.message, error.hint, error.details) == ("what", "what", "do", {"a": 1})


def test_a_nodes_error_keeps_its_code_and_data() -> None:
    """What the node said stays readable for programs."""
    error = RpcError("node says no", rpc_code=-32002, data={"err": "x"})
    assert (error.rpc_code, error.data, error.details) == (-32002, {"err": "x"}, {"rpc_code": -32002})
