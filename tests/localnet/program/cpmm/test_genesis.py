"""The accounts that the AMM program needs on a fresh chain, as the decoders and the program itself read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm.accounts import decode_config
from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.vm import Vm
from sniperforge.localnet.program.cpmm import genesis
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.tokens.account import decode_token_account
from tests.localnet.market.bench import launched


def test_the_accounts_are_where_the_program_looks() -> None:
    """The fee configuration, owned by the program, and a wrapped-SOL account for its fee."""
    config, fee = genesis.genesis_accounts()
    assert (config.address, len(config.data), config.owner) == (str(amm.CONFIG_0), 236, str(amm.PROGRAM))
    assert (fee.address, len(fee.data), fee.owner) == (str(amm.CREATE_POOL_FEE), 165, TOKEN_PROGRAM)
    assert config == genesis.amm_config()
    assert fee == genesis.create_pool_fee_account()


def test_the_configuration_has_mainnets_rates() -> None:
    """A quarter of a percent; of that 12 % to the protocol and 4 % to the fund; pools cost 0.15 SOL."""
    config = decode_config(genesis.amm_config())
    assert (config.index, config.create_pool_disabled) == (0, False)
    assert (config.trade_fee_rate, config.creator_fee_rate) == (2_500, 500)
    assert (config.protocol_fee_rate, config.fund_fee_rate) == (120_000, 40_000)
    assert config.create_pool_fee == 150_000_000


def test_creation_may_be_switched_off() -> None:
    """One byte differs, and the decoder reads it."""
    on, off = genesis.amm_config(), genesis.amm_config(disable_create_pool=True)
    assert decode_config(off) == replace(decode_config(on), create_pool_disabled=True)
    assert sum(a != b for a, b in zip(on.data, off.data, strict=True)) == 1


def test_the_fee_account_is_an_empty_wrapped_sol_account_of_its_own() -> None:
    """Nobody holds its key: the program alone pays into it."""
    fee = decode_token_account(genesis.create_pool_fee_account())
    assert (fee.mint, fee.owner, fee.address) == (
        WSOL_MINT,
        str(amm.CREATE_POOL_FEE),
        str(amm.CREATE_POOL_FEE),
    )
    assert (fee.raw, fee.native_reserve, fee.lamports) == (0, 2_039_280, 2_039_280)
    assert not fee.frozen
    assert fee.close_authority is None


@pytest.mark.parametrize("account", genesis.genesis_accounts(), ids=["config", "fee"])
def test_each_pays_its_rent(account: Account) -> None:
    """Exactly what the SVM asks for its size."""
    assert account.lamports == Vm().svm.minimum_balance_for_rent_exemption(len(account.data))


def test_pools_are_created_against_them() -> None:
    """The program accepts both, and each pool pays its fee into the account."""
    chain = launched("organic").chain
    paid = chain.token_account(amm.CREATE_POOL_FEE)
    assert paid.raw == genesis.CREATE_POOL_FEE_LAMPORTS
    assert chain.ledger.vm.balance(Pubkey.from_string(paid.address)) == paid.raw + 2_039_280
