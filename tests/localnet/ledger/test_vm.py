"""LiteSVM with an index over its accounts."""

from __future__ import annotations

import pytest
from solders.account import Account as SvmAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.localnet.ledger.vm import Vm
from sniperforge.localnet.program.binary import CPMM
from tests.localnet.kit import SOL, Bench, address, keypair, pay


def test_the_index_starts_complete() -> None:
    """Every account that the SVM starts with is found: programs, sysvars, features."""
    vm = Vm()
    for name in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM, "SysvarC1ock11111111111111111111111111111111"):
        assert name in vm.index.addresses()
    features = Pubkey.from_string("Feature111111111111111111111111111111111111")
    assert len(vm.index.by_program(features)) > 200
    assert all(vm.balance(Pubkey.from_string(name)) for name in vm.index.addresses())
    assert dict(vm.balances()).keys() == set(vm.index.addresses())


def test_accounts_are_put_replaced_and_deleted() -> None:
    """The index follows; 0 lamports delete."""
    vm, key = Vm(), keypair(1).pubkey()
    owner = keypair(2).pubkey()
    vm.put(key, SvmAccount(5, b"abc", owner))
    assert (vm.balance(key), list(vm.index.by_program(owner))) == (5, [address(1)])
    vm.put(key, SvmAccount(0, b"", owner))
    assert (vm.get(key), vm.balance(key), list(vm.index.by_program(owner))) == (None, 0, [])


def test_programs_are_deployed_and_indexed() -> None:
    """A program is executable, and found like any account."""
    vm, key = Vm(), Pubkey.from_string(CPMM.address)
    vm.add_program(key, CPMM.elf())
    account = vm.get(key)
    assert account is not None
    assert account.executable
    assert CPMM.address in vm.index.by_program(account.owner)


def test_a_file_that_is_no_program_is_a_configuration_error() -> None:
    """The loader's own words, and which program."""
    with pytest.raises(ConfigError, match=CPMM.address):
        Vm().add_program(Pubkey.from_string(CPMM.address), b"\x7fELF nonsense")


def test_a_transaction_that_cannot_load_pays_its_fee() -> None:
    """A missing program is found while loading: a validator lands that and takes the fee, priority included."""
    bench = Bench()
    missing = Instruction(keypair(77).pubkey(), b"", [])
    record = bench.send(
        set_compute_unit_limit(1_000),
        set_compute_unit_price(2_000_000),
        pay(bench.payer, address(2), 1),
        missing,
    )
    assert record.err in {"ProgramAccountNotFound", "InvalidProgramForExecution"}
    assert record.fee == 5_000 + 2_000
    assert record.pre_lamports[0] - record.post_lamports[0] == record.fee
    assert bench.ledger.vm.balance(keypair(2).pubkey()) == 0


def test_what_fails_before_any_charge_is_refused() -> None:
    """No account to pay with, too little for the fee, contradictory compute budget: nothing lands."""
    bench = Bench()
    poor, broke = keypair(30), keypair(31)
    bench.ledger.vm.put(poor.pubkey(), SvmAccount(100, b"", Pubkey.default()))
    cases = [
        (bench.sign([pay(broke, address(2), 1)], payer=broke), "AccountNotFound"),
        (bench.sign([pay(poor, address(2), 1)], payer=poor), "InsufficientFundsForFee"),
        (
            bench.sign(
                [set_compute_unit_price(1), set_compute_unit_price(1), pay(bench.payer, address(2), SOL)]
            ),
            {"DuplicateInstruction": 1},
        ),
    ]
    for raw, err in cases:
        with pytest.raises(TransactionRefusedError) as refusal:
            bench.ledger.send(raw)
        assert refusal.value.err == err
    assert bench.ledger.chain.tip.total == 0
