"""Loading pools from accounts."""

from __future__ import annotations

import base64
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.loading import load_state
from sniperforge.dex.registry import events_of
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.testing.fixtures import read_recording, recordings
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"
EPOCH = 900
SHARED = recordings("raydium_cpmm")
MINTS = recordings("risk_mints")
needs_shared = pytest.mark.skipif(
    "account_amm_config_0" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def account(document: dict[str, Any]) -> Account:
    """An account of a recording."""
    inner = document.get("account", document)
    return Account(
        document["pubkey"], inner["owner"], inner.get("lamports", 0), base64.b64decode(inner["data"][0])
    )


def wrapped_sol() -> Account:
    """The mint of wrapped SOL."""
    data = bytes(36) + struct.pack("<QBB", 0, 9, 1) + bytes(36)
    return Account(WSOL_MINT, TOKEN_PROGRAM, 1, data)


@needs_shared
def test_a_recorded_pool_is_quoted_through_two_recorded_swaps() -> None:
    """Accounts after a real creation give the recorded buy; the state after it gives the recorded sale."""
    created = read_recording(SHARED["create_litesvm_spl"])
    accounts = {found.address: found for found in map(account, created["accounts_after"].values())}
    accounts[WSOL_MINT] = wrapped_sol()
    pool = created["accounts_after"]["pool"]["pubkey"]
    state = load_state(pool, accounts, epoch=EPOCH)
    bought, sold = (
        events_of(parse_transaction(read_recording(SHARED[name])["result"]))[0]
        for name in ("swap_buy_litesvm", "swap_sell_litesvm")
    )
    assert bought.pool == sold.pool == pool == state.address
    quote = state.quote(WSOL_MINT, bought.amounts["amount_in"])
    assert (quote.amount_out, quote.fee) == (bought.amounts["amount_out"], bought.amounts["trade_fee"])
    after = state.after_swap(WSOL_MINT, bought.amounts["amount_in"])
    assert after.reserve_1 == sold.amounts["input_vault_before"]
    assert after.reserve_0 == sold.amounts["output_vault_before"]
    back = after.quote(sold.base_mint, sold.amounts["amount_in"])
    assert (back.amount_out, back.fee) == (sold.amounts["amount_out"], sold.amounts["trade_fee"])


@needs_shared
def test_the_recorded_mainnet_pool_loads() -> None:
    """Pool, configuration and vaults of the real SOL/USDC pool fit together; its price is near its day's."""
    names = ("amm_config_0", "pool_state_sol_usdc", "vault_sol", "vault_usdc")
    accounts = {
        found.address: found
        for found in (account(read_recording(SHARED[f"account_{name}"])["account"]) for name in names)
    }
    for name in ("mint_wsol_mainnet", "mint_usdc_mainnet"):
        document = read_recording(MINTS[name])["account"]
        mint = account(
            {"pubkey": document.get("pubkey", WSOL_MINT if "wsol" in name else USDC_MINT), **document}
        )
        accounts[mint.address] = mint
    pool = read_recording(SHARED["account_pool_state_sol_usdc"])["account"]["pubkey"]
    state = load_state(pool, accounts, epoch=EPOCH)
    assert (state.base_mint, state.quote_mint) == (USDC_MINT, WSOL_MINT)
    assert state.quote_liquidity == state.vault_0 - state.pool.owed_0 == state.reserve_0
    sol_price_usdc = float(1 / state.spot_price) * 10**3
    assert 50 < sol_price_usdc < 500
    assert decode_mint(accounts[USDC_MINT]).decimals == state.decimals(USDC_MINT) == 6


def test_loading_takes_the_transfer_fee_of_the_epoch(with_transfer_fee: Callable[..., Any]) -> None:
    """A fee that starts later is not charged yet."""
    made = with_transfer_fee(9_900, 2**64 - 1, from_epoch=EPOCH)
    accounts = made.pack()
    early = load_state(made.pool, accounts, epoch=EPOCH - 1).transfer_fee_1
    late = load_state(made.pool, accounts, epoch=EPOCH).transfer_fee_1
    assert early is not None
    assert late is not None
    assert (early.bps, late.bps) == (100, 9_900)


def test_creator_fees_follow_pool_and_direction(pool_accounts: Callable[..., Any]) -> None:
    """The creator's rate counts only where the pool enables it, on the side that the pool chose."""
    ignored = pool_accounts(creator_rate=10_000)
    plain = pool_accounts()
    amount = 10**9
    without = load_state(plain.pool, plain.pack(), epoch=EPOCH).quote(WSOL_MINT, amount)
    assert load_state(ignored.pool, ignored.pack(), epoch=EPOCH).quote(WSOL_MINT, amount) == without
    fees = {}
    for side in (0, 1, 2):
        made = pool_accounts(creator_rate=10_000, creator_fee_enabled=True, creator_fee_on=side)
        state = load_state(made.pool, made.pack(), epoch=EPOCH)
        fees[side] = (state.quote(WSOL_MINT, amount).fee, state.quote(TOKEN, amount).fee)
    assert fees == {0: (12_500_000, 12_500_000), 1: (12_500_000, 2_500_000), 2: (2_500_000, 12_500_000)}


def test_what_is_owed_is_not_reserve(pool_accounts: Callable[..., Any]) -> None:
    """Fees waiting in the vaults back no price; vaults that hold less than is owed contradict the pool."""
    made = pool_accounts(protocol_fees=(10**9, 0), creator_fees=(0, 7), shared_fees=(5, 0))
    state = load_state(made.pool, made.pack(), epoch=EPOCH)
    assert (state.reserve_0, state.reserve_1) == (made.vault_0 - 10**9 - 5, made.vault_1 - 7)
    empty = pool_accounts(vault_0=10, protocol_fees=(11, 0))
    with pytest.raises(DecodeError, match="owes"):
        load_state(empty.pool, empty.pack(), epoch=EPOCH)


def test_missing_accounts_are_named(pool_accounts: Callable[..., Any]) -> None:
    """Each account that the node did not have raises NotFoundError with its address."""
    made = pool_accounts()
    lp_mint = program.lp_mint_address(made.pool)
    for address in made.pack():
        if address == lp_mint:
            continue
        made.replaced = {address: None}
        with pytest.raises(NotFoundError, match=address):
            load_state(made.pool, made.pack(), epoch=EPOCH)


def test_forged_accounts_are_refused(pool_accounts: Callable[..., Any]) -> None:
    """A vault of another mint, owner or program, a mint of another program, a foreign configuration."""
    made = pool_accounts()
    accounts = made.pack()
    vault = accounts[made.vault(TOKEN)]
    sol_vault = accounts[made.vault(WSOL_MINT)]
    assert vault is not None
    assert sol_vault is not None
    config, mint = accounts[made.config], accounts[TOKEN]
    assert config is not None
    assert mint is not None
    stranger = replace(vault, data=vault.data[:32] + bytes(32) + vault.data[64:])
    forged = [
        (vault.address, replace(sol_vault, address=vault.address)),
        (vault.address, stranger),
        (vault.address, replace(vault, owner=SYSTEM_PROGRAM)),
        (vault.address, replace(vault, owner=TOKEN_2022_PROGRAM)),
        (mint.address, replace(mint, owner=TOKEN_2022_PROGRAM)),
        (mint.address, replace(mint, data=mint.data[:44] + b"\x09" + mint.data[45:])),
        (config.address, replace(config, owner=program.DEVNET)),
        (config.address, replace(config, owner=SYSTEM_PROGRAM)),
    ]
    for address, account_ in forged:
        made.replaced = {address: account_}
        with pytest.raises(DecodeError):
            load_state(made.pool, made.pack(), epoch=EPOCH)
