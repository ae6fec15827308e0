"""The venue as the engine uses it: which accounts, in how many rounds, and what comes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.registry import events_of
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError, NotFoundError, RefusedError
from sniperforge.testing.fixtures import read_recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.dex.venue import PoolState

VENUE = RaydiumCpmm()
TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"
EPOCH = 900


def test_two_rounds_suffice(pool_accounts: Callable[..., Any]) -> None:
    """First the pool, then all the rest, then nothing is missing."""
    made = pool_accounts()
    chain = made.pack()
    known: dict[str, Account | None] = {}
    rounds = []
    while missing := VENUE.required_accounts(made.pool, known):
        rounds.append(missing)
        known |= {address: chain.get(address) for address in missing}
    assert rounds[0] == (made.pool,)
    assert len(rounds) == 2
    state = VENUE.load(made.pool, known, epoch=EPOCH)
    assert (state.address, state.base_mint) == (made.pool, TOKEN)


def test_one_round_suffices_after_a_creation() -> None:
    """A pool_created event names all the accounts that loading needs."""
    document = read_recording(recordings("raydium_cpmm")["create_via_launchlab_migration_mainnet"])
    (event,) = (
        event
        for event in events_of(parse_transaction(document["result"]))
        if event.kind is EventKind.POOL_CREATED
    )
    (roles,) = (entry["accounts"] for entry in document["decoded"] if entry["program"] == "CPMM")
    wanted = (
        "pool_state",
        "amm_config",
        "token_0_vault",
        "token_1_vault",
        "token_0_mint",
        "token_1_mint",
        "lp_mint",
    )
    assert set(VENUE.accounts_of(event)) == {roles[role] for role in wanted}
    assert VENUE.accounts_of(replace(event, facts={}, base_vault="")) == (
        event.pool,
        event.quote_vault,
        event.base_mint,
        event.quote_mint,
    )


def test_a_pool_that_is_not_there_or_not_one(pool_accounts: Callable[..., Any]) -> None:
    """Nothing at the address is NotFoundError, another account there DecodeError."""
    made = pool_accounts()
    with pytest.raises(NotFoundError):
        VENUE.required_accounts(made.pool, {made.pool: None})
    other = Account(made.pool, SYSTEM_PROGRAM, 1, b"")
    with pytest.raises(DecodeError):
        VENUE.required_accounts(made.pool, {made.pool: other})


def test_anatomy(pool_accounts: Callable[..., Any]) -> None:
    """Vaults by side, LP supply as the pool and as the mint count it, and whether the pool is the derived one."""
    made = pool_accounts()
    accounts = made.pack()
    anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=EPOCH), accounts)
    assert anatomy.canonical
    assert (anatomy.base_vault, anatomy.quote_vault) == (made.vault(TOKEN), made.vault(WSOL_MINT))
    assert anatomy.lp_mint == program.lp_mint_address(made.pool)
    assert (anatomy.lp_pool_supply, anatomy.lp_mint_supply) == (8_944_271_909_899, 8_944_271_909_999)
    odd = pool_accounts(pool_override="9m5gT3nYWeCLCJ7sHBmCP46KuMJptmYQsdxsZj7NgBZc")
    accounts = odd.pack()
    assert not VENUE.anatomy(VENUE.load(odd.pool, accounts, epoch=EPOCH), accounts).canonical


def test_swaps_are_built_on_the_loaded_pool(pool_accounts: Callable[..., Any]) -> None:
    """The instruction sells the named mint of the state's pool, and only of such a pool."""
    made = pool_accounts()
    state = VENUE.load(made.pool, made.pack(), epoch=EPOCH)

    def build(of: PoolState, mint: str) -> Any:
        return VENUE.swap_instruction(
            of,
            user=SYSTEM_PROGRAM,
            input_mint=mint,
            amount_in=5,
            minimum_out=1,
            user_input=SYSTEM_PROGRAM,
            user_output=TOKEN_PROGRAM,
        )

    for mint, other in ((WSOL_MINT, TOKEN), (TOKEN, WSOL_MINT)):
        keys = [str(meta.pubkey) for meta in build(state, mint).accounts]
        assert keys[6:8] == [made.vault(mint), made.vault(other)]
    with pytest.raises(RefusedError, match=USDC_MINT):
        build(state, USDC_MINT)

    class Foreign:
        address = "elsewhere"

        def token_program(self, mint: str) -> str:
            return mint

    with pytest.raises(RefusedError, match="elsewhere"):
        build(Foreign(), WSOL_MINT)  # type: ignore[arg-type]
