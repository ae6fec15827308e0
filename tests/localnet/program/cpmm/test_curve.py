"""The C arithmetic, compiled for this machine from the program's own source, against Python's integers."""

from __future__ import annotations

import ctypes
import importlib.util
import random
import shutil
import subprocess
import sys
from math import isqrt
from pathlib import Path

import pytest

from sniperforge.domain.amounts import U64_MAX, ceil_div
from sniperforge.localnet.program.build import SOURCE
from sniperforge.localnet.program.cpmm.model import (
    CreatorFeeOn,
    FeeRates,
    MintFee,
    PoolModel,
    PoolRejectedError,
)

CASES = 4_000
U64 = ctypes.c_uint64


TRADE_FIELDS = (
    *(
        "reserve_in",
        "reserve_out",
        "trade_rate",
        "protocol_rate",
        "fund_rate",
        "creator_rate",
        "creator_on_input",
    ),
    *("input", "output", "trade_fee", "protocol_fee", "fund_fee", "creator_fee"),
)


class Trade(ctypes.Structure):
    """curve.h, ``Trade``."""

    _fields_ = [(name, U64) for name in TRADE_FIELDS]


class TransferFee(ctypes.Structure):
    """curve.h, ``TransferFee``."""

    _fields_ = [("basis_points", U64), ("maximum", U64)]


def compiler() -> list[str]:
    found = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
    if found:
        return [found]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    pytest.skip("no C compiler and no ziglang")


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The shim, compiled with undefined behaviour trapped where the compiler can."""
    library = tmp_path_factory.mktemp("curve") / "curve.so"
    shim = Path(__file__).with_name("curve_shim.c")
    flags = ["-O1", "-shared", "-fPIC", "-I", str(SOURCE), "-Wno-unused-function"]
    subprocess.run([*compiler(), *flags, str(shim), "-o", str(library)], check=True, capture_output=True)
    loaded = ctypes.CDLL(str(library))
    for name in ("shim_divide", "shim_root", "shim_withheld"):
        getattr(loaded, name).restype = U64
    loaded.shim_divide.argtypes = [U64, U64, U64, ctypes.POINTER(U64)]
    loaded.shim_multiply_divide.argtypes = [U64, U64, U64, ctypes.c_int, ctypes.POINTER(U64)]
    loaded.shim_root.argtypes = [U64, U64]
    loaded.shim_share.argtypes = [U64, U64, U64, ctypes.c_int, ctypes.POINTER(U64)]
    loaded.shim_withheld.argtypes = [ctypes.POINTER(TransferFee), U64]
    loaded.shim_on_top.argtypes = [ctypes.POINTER(TransferFee), U64, ctypes.POINTER(U64), ctypes.POINTER(U64)]
    return loaded


def edgy(rng: random.Random) -> int:
    """A u64 of any size, often next to a power of two."""
    bits = rng.randint(0, 64)
    value = rng.getrandbits(bits) if rng.random() < 0.6 else (1 << bits) + rng.randint(-2, 2)
    return min(max(value, 0), U64_MAX)


def test_division_of_two_words(curve: ctypes.CDLL) -> None:
    """A quotient that fits 64 bits and its rest are exact for every divisor."""
    rng, rest = random.Random(1), U64()
    for _ in range(CASES):
        divisor = max(edgy(rng), 1)
        high, low = edgy(rng) % divisor, edgy(rng)
        quotient = curve.shim_divide(high, low, divisor, ctypes.byref(rest))
        assert (quotient, rest.value) == divmod(high << 64 | low, divisor)


def test_multiply_then_divide(curve: ctypes.CDLL) -> None:
    """Rounded either way; results beyond 64 bits and division by zero are refused."""
    rng, result = random.Random(2), U64()
    for _ in range(CASES):
        a, b, divisor, up = edgy(rng), edgy(rng), edgy(rng), rng.randrange(2)
        fits = curve.shim_multiply_divide(a, b, divisor, up, ctypes.byref(result))
        expected = (ceil_div(a * b, divisor) if up else a * b // divisor) if divisor else U64_MAX + 1
        assert bool(fits) == (expected <= U64_MAX)
        if fits:
            assert result.value == expected


def test_square_root(curve: ctypes.CDLL) -> None:
    """The whole square root of a product of two words."""
    rng = random.Random(3)
    for _ in range(CASES // 4):
        a, b = edgy(rng), edgy(rng)
        assert curve.shim_root(a, b) == isqrt(a * b)
        assert curve.shim_root(a, a) == a


def trade_of(model: PoolModel, on_input: bool) -> Trade:
    rates = model.rates
    terms = (*model.reserves, rates.trade, rates.protocol, rates.fund, rates.creator, on_input)
    return Trade(*terms)


@pytest.mark.parametrize("exact", ["input", "output"])
def test_trades(curve: ctypes.CDLL, exact: str) -> None:
    """Amounts and fees of a trade are the model's for any reserves and rates, also at the edges of 64 bits."""
    rng = random.Random(exact)
    priced = 0
    for _ in range(CASES):
        rates = FeeRates(
            rng.randrange(50_000), rng.randrange(500_000), rng.randrange(500_000), rng.choice((0, 10_000))
        )
        mode = rng.randrange(3)
        model = PoolModel((edgy(rng), edgy(rng)), 1, rates, creator_fee_on=CreatorFeeOn(mode))
        trade = trade_of(model, mode in {0, 1})
        amount = edgy(rng)
        setattr(trade, exact, amount)
        call = curve.shim_trade_input if exact == "input" else curve.shim_trade_output
        possible = bool(call(ctypes.byref(trade)))
        try:
            after, result = (
                model.swap_input(0, amount) if exact == "input" else model.swap_output(0, 1 << 70, amount)
            )
        except PoolRejectedError:
            assert not possible or 0 in {trade.input, trade.output}
            continue
        assert possible
        priced += 1
        assert (trade.input, trade.output) == (result.input, result.output)
        assert (trade.trade_fee, trade.creator_fee) == (result.trade_fee, result.creator_fee)
        assert (trade.protocol_fee, trade.fund_fee) == (after.protocol_fees[0], after.fund_fees[0])
    assert priced > CASES // 10


def test_shares(curve: ctypes.CDLL) -> None:
    """Parts of a reserve round down when leaving and up when entering; a part below one stays zero."""
    rng, part = random.Random(4), U64()
    for _ in range(CASES):
        lp, supply, reserve, up = edgy(rng), max(edgy(rng), 1), edgy(rng), rng.randrange(2)
        whole, rest = divmod(lp * reserve, supply)
        expected = whole + 1 if up and rest and whole else whole
        fits = bool(curve.shim_share(lp, supply, reserve, up, ctypes.byref(part)))
        assert fits == (expected <= U64_MAX)
        if fits:
            assert part.value == expected


def test_transfer_fees(curve: ctypes.CDLL) -> None:
    """Withheld amounts, forward and backward, are the model's for any rule."""
    rng, extra, consistent = random.Random(5), U64(), U64()
    for _ in range(CASES):
        fee = MintFee(rng.choice((0, 1, 50, 5_000, 9_999, 10_000)), edgy(rng))
        rule, amount = TransferFee(fee.basis_points, fee.maximum), edgy(rng)
        assert curve.shim_withheld(ctypes.byref(rule), amount) == fee.withheld_from(amount)
        fits = curve.shim_on_top(ctypes.byref(rule), amount, ctypes.byref(extra), ctypes.byref(consistent))
        try:
            expected = fee.withheld_on_top(amount)
        except PoolRejectedError:
            assert not fits or not consistent.value
            continue
        if amount + expected <= U64_MAX:
            assert fits
            assert (extra.value, consistent.value) == (expected, 1)
