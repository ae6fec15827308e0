"""Lines of the program."""

from __future__ import annotations

import struct
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.raydium_amm_v4.ray_log import (
    DEPOSIT,
    INIT,
    SWAP_BASE_IN,
    SWAP_BASE_OUT,
    WITHDRAW,
    ray_log_in,
)


def line(data: bytes) -> str:
    """The line that carries ``data``."""
    return "Program log: ray_log: " + b64encode(data).decode()


def test_swaps() -> None:
    """Both forms, under the common names."""
    log = ray_log_in([line(struct.pack("<B7Q", 3, 10, 1, 2, 50, 100, 200, 18))])
    assert log is not None
    assert (log.kind, log.amounts["direction"], log.amounts["pool_pc"]) == (SWAP_BASE_IN, 2, 200)
    common = log.common()
    assert (common["amount_in"], common["amount_out"], common["input_amount"], common["output_amount"]) == (
        10,
        18,
        10,
        18,
    )
    log = ray_log_in([line(struct.pack("<B7Q", 4, 99, 18, 1, 50, 100, 200, 11))])
    assert log is not None
    assert log.kind == SWAP_BASE_OUT
    assert (log.common()["amount_in"], log.common()["output_amount"], log.common()["max_in"]) == (11, 18, 99)


def test_liquidity() -> None:
    """What was put in and taken out; the profit's two numbers lie between."""
    log = ray_log_in(
        [line(struct.pack("<B6Q", 1, 1, 2, 0, 3, 4, 5) + bytes(32) + struct.pack("<3Q", 6, 7, 8))]
    )
    assert log is not None
    assert log.kind == DEPOSIT
    common = log.common()
    assert (common["coin_amount"], common["pc_amount"], common["lp_amount"]) == (6, 7, 8)
    log = ray_log_in([line(struct.pack("<B5Q", 2, 9, 1, 3, 4, 5) + bytes(32) + struct.pack("<2Q", 6, 7))])
    assert log is not None
    assert log.kind == WITHDRAW
    assert (log.common()["coin_amount"], log.common()["pc_amount"], log.common()["lp_amount"]) == (6, 7, 9)


def test_a_creation_names_its_market() -> None:
    """32 bytes behind the numbers; without them it is none."""
    data = struct.pack("<BQBBQQQQ", 0, 5, 6, 9, 1, 1, 70, 80) + bytes(32)
    log = ray_log_in([line(data)])
    assert log is not None
    assert (log.kind, log.market, log.common()["pc_amount"]) == (INIT, "1" * 32, 70)
    assert ray_log_in([line(data[:-1])]) is None


@pytest.mark.parametrize("data", [b"", b"\x05" * 90, b"\x03" * 56], ids=["empty", "unknown", "short"])
def test_what_is_no_log(data: bytes) -> None:
    """Passed over, and an earlier one stands."""
    good = line(struct.pack("<B7Q", 3, 10, 1, 2, 50, 100, 200, 18))
    assert ray_log_in([line(data)]) is None
    assert ray_log_in([good, line(data), "Program log: ray_log: *"]) == ray_log_in([good])


@given(st.binary(max_size=200) | st.text(max_size=50))
def test_any_line(content: bytes | str) -> None:
    """Nothing raises."""
    ray_log_in([line(content) if isinstance(content, bytes) else "Program log: ray_log: " + content])
