"""Error bodies."""

from __future__ import annotations

from sniperforge.localnet.rpc import faults


def test_errors_that_need_data_have_it() -> None:
    """Solders aborts on -32002 and -32016 without ``data``."""
    assert faults.error_body(faults.preflight_failure("m", {"err": "x"})) == {
        "code": -32002,
        "message": "m",
        "data": {"err": "x"},
    }
    assert faults.error_body(faults.slot_not_reached(9))["data"] == {"contextSlot": 9}
    assert faults.error_body(faults.invalid_params("m")) == {"code": -32602, "message": "m"}


def test_every_fault_has_a_validators_code() -> None:
    """Codes as in rpc-client-api's custom errors."""
    assert [
        error.rpc_code
        for error in (
            faults.invalid_request("m"),
            faults.signature_failure(),
            faults.unsupported_version(),
            faults.block_not_available(1),
            faults.slot_skipped(1),
            faults.block_cleaned_up(1, 2),
        )
    ] == [-32600, -32003, -32015, -32004, -32007, -32001]
