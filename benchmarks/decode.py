"""Time of the pure path: quote, logs to creations, transaction to events. Medians of many rounds, one core.

Prints one JSON document. Needs the recorded transactions in tests/data, nothing else.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from _report import at_most, report

from sniperforge.dex.pump_fees import FeeConfig, Fees, Tier
from sniperforge.dex.pumpfun.accounts import BondingCurve, Global
from sniperforge.dex.pumpfun.state import Coin, CurveState
from sniperforge.dex.pumpswap.accounts import PumpPool, PumpswapConfig
from sniperforge.dex.pumpswap.state import PumpswapState, Side
from sniperforge.dex.raydium_amm_v4.accounts import POOL_SIZE, decode_pool
from sniperforge.dex.raydium_amm_v4.program import MAINNET as AMM_V4
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import CpmmConfig, CpmmPool
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.dex.raydium_launchlab.accounts import LaunchlabConfig, LaunchlabPlatform, LaunchlabPool
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.dex.registry import creations_in, events_of, events_of_logs, needles_for
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account, LogsNotice
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parent.parent / "tests" / "data"
LIMITS_US = {
    "quote, CPMM": 2.0,
    "quote, AMM v4": 2.0,
    "quote, LaunchLab": 2.0,
    "quote, Pump.fun": 2.0,
    "quote, PumpSwap": 2.0,
    "logs notice without a creation": 60.0,
    "logs notice with a creation": 60.0,
    "prefilter miss": 2.0,
    "logs notice of a Pump.fun trade -> event": 60.0,
    "20 instructions resolved -> events": 150.0,
    "25 instructions of Pump.fun resolved -> events": 150.0,
    "20 instructions in JSON -> resolved": None,
}


def recorded(name: str) -> dict:
    """The ``result`` of a recorded transaction."""
    return json.loads((DATA / f"{name}.json").read_text())["result"]


def state() -> CpmmState:
    """A SOL/USDC pool with round reserves."""
    pool = CpmmPool(
        address=SYSTEM_PROGRAM,
        program_id=SYSTEM_PROGRAM,
        amm_config=SYSTEM_PROGRAM,
        creator=SYSTEM_PROGRAM,
        token_0_vault=SYSTEM_PROGRAM,
        token_1_vault=SYSTEM_PROGRAM,
        lp_mint=SYSTEM_PROGRAM,
        token_0_mint=WSOL_MINT,
        token_1_mint=USDC_MINT,
        token_0_program=TOKEN_PROGRAM,
        token_1_program=TOKEN_PROGRAM,
        observation=SYSTEM_PROGRAM,
        status=0,
        lp_decimals=9,
        decimals_0=9,
        decimals_1=6,
        lp_supply=0,
        owed_0=0,
        owed_1=0,
        open_time=0,
        creator_fee_on=0,
        creator_fee_enabled=False,
    )
    config = CpmmConfig(SYSTEM_PROGRAM, 0, False, 2_500, 120_000, 40_000, 500, 150_000_000)
    return CpmmState(pool, config, 10**12, 15 * 10**10)


def amm_state() -> AmmState:
    """The same reserves in AMM v4."""
    data = bytearray(POOL_SIZE)
    for at, value in ((0, 6), (32, 9), (40, 6), (176, 25), (184, 10_000)):
        data[at : at + 8] = value.to_bytes(8, "little")
    for at, mint in ((400, WSOL_MINT), (432, USDC_MINT)):
        data[at : at + 32] = bytes(pubkey(mint))
    return AmmState(decode_pool(Account(SYSTEM_PROGRAM, AMM_V4, 1, bytes(data))), 10**12, 15 * 10**10)


def launchlab_state() -> LaunchlabState:
    """A curve with the usual parameters and fees, a tenth of the way."""
    amounts = (
        10**15,
        793_100 * 10**9,
        1_073_025_605_596_382,
        30_000_852_951,
        10**14,
        3_083_254_713,
        85 * 10**9,
    )
    keys = (SYSTEM_PROGRAM, SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT, *[SYSTEM_PROGRAM] * 3)
    pool = LaunchlabPool(SYSTEM_PROGRAM, SYSTEM_PROGRAM, 0, 6, 9, 1, *amounts, 0, 0, 0, *keys)
    config = LaunchlabConfig(SYSTEM_PROGRAM, 0, 0, 2_500, 10_000, WSOL_MINT)
    platform = LaunchlabPlatform(SYSTEM_PROGRAM, "", 10_000, 0)
    return LaunchlabState(pool, config, platform, TOKEN_PROGRAM, TOKEN_PROGRAM)


def pumpfun_state() -> CurveState:
    """A new curve."""
    account = BondingCurve(
        address=SYSTEM_PROGRAM,
        virtual_token=1_073 * 10**12,
        virtual_quote=30 * 10**9,
        real_token=793_100 * 10**9,
        real_quote=0,
        supply=10**15,
        complete=False,
        creator=USDC_MINT,
        mayhem=False,
        cashback=False,
        quote_mint=WSOL_MINT,
        creator_fee_bps=0,
    )
    rules = Global(SYSTEM_PROGRAM, 0, 0, (), (), (), creator_fee_configurable=False)
    return CurveState(account, Coin(USDC_MINT, TOKEN_PROGRAM, 6, 10**15), rules, pump_fee_config())


def pumpswap_state() -> PumpswapState:
    """A pool after its migration."""
    keys = (SYSTEM_PROGRAM,) * 3
    pool = PumpPool(
        SYSTEM_PROGRAM, 0, SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT, *keys, 0, USDC_MINT, False, False, 17 * 10**9
    )
    base = Side(USDC_MINT, TOKEN_PROGRAM, 6, 206_900 * 10**9)
    quote = Side(WSOL_MINT, TOKEN_PROGRAM, 9, 67 * 10**9)
    config = PumpswapConfig(SYSTEM_PROGRAM, False, False, (), (), (), creator_fee_configurable=False)
    return PumpswapState(pool, base, quote, config, pump_fee_config(), canonical=True)


def pump_fee_config() -> FeeConfig:
    """One tier."""
    return FeeConfig(SYSTEM_PROGRAM, Fees(25, 5, 0), (Tier(0, Fees(2, 93, 30)),))


def notice(result: dict) -> LogsNotice:
    """The logs notification of a recorded transaction."""
    return LogsNotice("", result["slot"], result["meta"]["err"], tuple(result["meta"]["logMessages"]))


def microseconds(action: Callable[[], object], rounds: int = 60, calls: int = 200) -> float:
    """Median over ``rounds`` of the mean of ``calls`` calls."""
    for _ in range(calls):
        action()
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        for _ in range(calls):
            action()
        times.append((time.perf_counter_ns() - start) / calls / 1_000)
    return statistics.median(times)


def measure() -> dict[str, float]:
    """All cases, in microseconds."""
    pool, amm, curve = state(), amm_state(), launchlab_state()
    coin, coin_pool = pumpfun_state(), pumpswap_state()
    pump_notice = notice(recorded("pumpfun/wrapped_5rY6dXEj"))
    pump_resolved = parse_transaction(recorded("pumpfun/delta_sell"))
    swap, creation = (
        recorded("raydium_cpmm/swap_x2_dlmm_213kMyMK"),
        recorded("raydium_cpmm/create_via_launchlab_migration_mainnet"),
    )
    swap_notice, creation_notice = notice(swap), notice(creation)
    resolved = parse_transaction(swap)
    miss = json.dumps({"params": {"result": {"value": {"logs": swap["meta"]["logMessages"]}}}}).encode()
    needles = needles_for(program.MAINNET)
    assert len(events_of(resolved)) == 3
    assert len(resolved.instructions) == 20
    assert len(creations_in(creation_notice)) == 1
    return {
        "quote, CPMM": microseconds(lambda: pool.quote(WSOL_MINT, 1_000_000_000)),
        "quote, AMM v4": microseconds(lambda: amm.quote(WSOL_MINT, 1_000_000_000)),
        "quote, LaunchLab": microseconds(lambda: curve.quote(WSOL_MINT, 1_000_000_000)),
        "quote, Pump.fun": microseconds(lambda: coin.quote(WSOL_MINT, 1_000_000_000)),
        "quote, PumpSwap": microseconds(lambda: coin_pool.quote(WSOL_MINT, 1_000_000_000)),
        "logs notice without a creation": microseconds(lambda: creations_in(swap_notice)),
        "logs notice with a creation": microseconds(lambda: creations_in(creation_notice)),
        "prefilter miss": microseconds(lambda: any(needle in miss for needle in needles)),
        "logs notice of a Pump.fun trade -> event": microseconds(lambda: events_of_logs(pump_notice)),
        "25 instructions of Pump.fun resolved -> events": microseconds(lambda: events_of(pump_resolved)),
        "20 instructions resolved -> events": microseconds(lambda: events_of(resolved)),
        "20 instructions in JSON -> resolved": microseconds(lambda: parse_transaction(swap)),
    }


def main() -> None:
    """Measure and print."""
    results = {name: round(us, 2) for name, us in measure().items()}
    budgets = {name: at_most(results[name], limit) for name, limit in LIMITS_US.items() if limit is not None}
    report("decode", {"median_us": results}, budgets)


if __name__ == "__main__":
    main()
