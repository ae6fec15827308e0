"""The instructions of a swap."""

from __future__ import annotations

from sniperforge.domain.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.localnet.jupiter_api.quotes import quoted_of
from sniperforge.localnet.jupiter_api.routes import Wish, find_route
from sniperforge.localnet.jupiter_api.swaps import SwapPlan
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.kit import address


def plan(bench: Bench, source: str, target: str, **more: object) -> SwapPlan:
    route = find_route(bench.context.pools, Wish(source, target, 10**6))
    return SwapPlan(bench.user, quoted_of(route, 1).legs(bench.context.pools), **more)  # type: ignore[arg-type]


def programs(made: SwapPlan) -> list[str]:
    return [str(each.program_id) for each in made.instructions()]


def test_the_order_is_the_recorded_one() -> None:
    """Account, transfer, sync, account of the output, swap, close."""
    bench = Bench()
    selling_sol = programs(plan(bench, WSOL_MINT, USDC_MINT))
    amm = selling_sol[4]
    assert selling_sol == [
        *(ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, ASSOCIATED_TOKEN_PROGRAM),
        *(amm, TOKEN_PROGRAM),
    ]
    assert programs(plan(bench, USDC_MINT, WSOL_MINT)) == [ASSOCIATED_TOKEN_PROGRAM, amm, TOKEN_PROGRAM]
    assert programs(plan(bench, WSOL_MINT, USDC_MINT, wrap=False)) == [ASSOCIATED_TOKEN_PROGRAM, amm]
    assert programs(plan(bench, USDC_MINT, bench.token)) == [
        *(ASSOCIATED_TOKEN_PROGRAM, ASSOCIATED_TOKEN_PROGRAM, amm, amm, TOKEN_PROGRAM)
    ]


def test_a_destination_gets_the_output() -> None:
    """Its account is not made, for it is somebody else's."""
    bench = Bench()
    made = plan(bench, USDC_MINT, WSOL_MINT, destination=address(5))
    assert len(made.instructions()) == 1
    assert str(made.swap().accounts[5].pubkey) == address(5)
