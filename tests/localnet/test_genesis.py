"""How a network begins."""

from __future__ import annotations

import pytest
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.genesis import PAYER_LAMPORTS, Genesis, create_node
from sniperforge.localnet.program.binary import PROGRAM_ID, program_bytes
from sniperforge.localnet.program.genesis import genesis_accounts
from tests.localnet.kit import NOW, SEED, Bench, address, keypair


def test_a_network_has_what_trading_needs() -> None:
    """Wrapped SOL's mint, the AMM program with its accounts, a funded payer."""
    genesis = Genesis(SEED)
    ledger = create_node(genesis, lambda: NOW).ledger
    payer = ledger.account(str(genesis.keypair("payer").pubkey()))
    program = ledger.account(PROGRAM_ID)
    assert payer is not None
    assert program is not None
    assert (payer.lamports, program.executable) == (PAYER_LAMPORTS, True)
    assert ledger.account(WSOL_MINT) is not None
    for account in genesis_accounts():
        assert ledger.account(account.address) == account


def test_keys_follow_from_the_seed_and_its_role() -> None:
    """Distinct by role and by seed; the payer may be replaced."""
    genesis, other = Genesis(SEED), Genesis(bytes(32))
    roles = ("payer", "faucet", "identity")
    keys = {str(made.keypair(role).pubkey()) for made in (genesis, other) for role in roles}
    assert len(keys) == 6
    replaced = genesis.with_payer(keypair(7))
    assert str(replaced.keypair("payer").pubkey()) == address(7)
    assert replaced.keypair("faucet") == genesis.keypair("faucet")


def test_secrets_are_not_shown() -> None:
    """Neither the seed nor the payer's key is in the repr: every key follows from the seed."""
    assert "seed" not in repr(Genesis(SEED))
    assert "payer" not in repr(Genesis(SEED).with_payer(keypair(7)))


def test_programs_and_accounts_of_ones_own() -> None:
    """They are there at the first slot, and may replace what comes with the network."""
    mine = Account(address(5), address(6), 9, b"data")
    native = Account(WSOL_MINT, address(6), 9, b"")
    genesis = Genesis(SEED, accounts=(mine, native), programs=((address(70), program_bytes()),), amm=False)
    ledger = create_node(genesis, lambda: NOW).ledger
    assert ledger.account(address(5)) == mine
    assert ledger.account(WSOL_MINT) == native
    assert ledger.account(PROGRAM_ID) is None
    program = ledger.vm.get(Pubkey.from_string(address(70)))
    assert program is not None
    assert program.executable


def test_a_broken_program_is_a_configuration_error() -> None:
    """It names the program."""
    with pytest.raises(ConfigError, match=address(70)):
        create_node(Genesis(SEED, programs=((address(70), b"\x7fELF"),)), lambda: NOW)


def test_nothing_of_genesis_counts_as_a_transaction() -> None:
    """The first transaction is the user's."""
    assert Bench().ask("getTransactionCount", {"commitment": "processed"}) == 0
