"""The accounts that the AMM v4 program needs on a fresh chain."""

from __future__ import annotations

import struct

import pytest

from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.vm import Vm
from sniperforge.localnet.program.amm_v4 import genesis
from sniperforge.localnet.program.amm_v4 import instructions as amm
from sniperforge.tokens.account import decode_token_account

ACCOUNTS = genesis.genesis_accounts()


def test_the_accounts_are_where_the_program_looks() -> None:
    """The configuration with mainnet's price of a pool, and an empty account of wrapped SOL for it."""
    config, fee = ACCOUNTS
    assert (config.address, config.owner, len(config.data)) == (str(amm.CONFIG), str(amm.PROGRAM), 544)
    assert struct.unpack_from("<Q", config.data, 536) == (400_000_000,)
    account = decode_token_account(fee)
    assert (fee.address, fee.owner, account.mint) == (str(amm.CREATE_FEE), TOKEN_PROGRAM, WSOL_MINT)
    assert (account.raw, account.native_reserve) == (0, 2_039_280)


@pytest.mark.parametrize("account", ACCOUNTS, ids=["config", "fee"])
def test_each_pays_its_rent(account: Account) -> None:
    """Exactly what the SVM asks for its size."""
    assert account.lamports == Vm().svm.minimum_balance_for_rent_exemption(len(account.data))
