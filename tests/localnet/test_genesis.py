"""How a network begins."""

from __future__ import annotations

import struct

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.jito import MIN_TIP_LAMPORTS, TIP_ACCOUNTS
from sniperforge.errors import ConfigError
from sniperforge.localnet.genesis import PAYER_LAMPORTS, Genesis, create_node
from sniperforge.localnet.program.amm_v4.genesis import genesis_accounts as amm_v4_accounts
from sniperforge.localnet.program.binary import CPMM, PROGRAMS
from sniperforge.localnet.program.cpmm.genesis import genesis_accounts as cpmm_accounts
from sniperforge.localnet.program.pump_curve.genesis import genesis_accounts as curve_accounts
from tests.localnet.kit import NOW, SEED, SOL, Bench, address, keypair
from tests.localnet.program.small_program import FAILS_WITH_7

UPGRADEABLE = "BPFLoaderUpgradeab1e11111111111111111111111"
LOADERS = ("BPFLoader1111111111111111111111111111111111", "BPFLoader2111111111111111111111111111111111")


def upgradeable(program: str, data: str, elf: bytes, deployed: int = 0) -> tuple[Account, Account]:
    """A program as recorded: its account first, then that of its bytes."""
    head = struct.pack("<IQB32x", 3, deployed, 0)
    pointer = struct.pack("<I", 2) + bytes(Pubkey.from_string(data))
    return Account(program, UPGRADEABLE, SOL, pointer, executable=True), Account(
        data, UPGRADEABLE, SOL, head + elf
    )


def outcome(genesis: Genesis, program: str) -> object:
    """What a call of ``program`` with 8 bytes says on a network that begins so."""
    bench = Bench(genesis=genesis)
    called = bench.send(Instruction(Pubkey.from_string(program), bytes(8), []))
    return called.err


def test_a_network_has_what_trading_needs() -> None:
    """Wrapped SOL's mint, every program with its accounts, a funded payer."""
    genesis = Genesis(SEED)
    ledger = create_node(genesis, lambda: NOW).ledger
    payer = ledger.account(str(genesis.keypair("payer").pubkey()))
    assert payer is not None
    assert payer.lamports == PAYER_LAMPORTS
    assert ledger.account(WSOL_MINT) is not None
    for program in PROGRAMS:
        account = ledger.account(program.address)
        assert account is not None
        assert account.executable
    for needed in (*cpmm_accounts(), *curve_accounts(), *amm_v4_accounts()):
        assert ledger.account(needed.address) == needed


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
    genesis = Genesis(SEED, accounts=(mine, native), programs=((address(70), CPMM.elf()),), amm=False)
    ledger = create_node(genesis, lambda: NOW).ledger
    assert ledger.account(address(5)) == mine
    assert ledger.account(WSOL_MINT) == native
    assert ledger.account(CPMM.address) is None
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


@pytest.mark.parametrize("loader", LOADERS)
def test_recorded_programs_of_old_loaders_run(loader: str) -> None:
    """The account is the program."""
    program = Account(address(70), loader, SOL, FAILS_WITH_7, executable=True)
    assert outcome(Genesis(SEED, accounts=(program,)), address(70)) == {
        "InstructionError": [0, {"Custom": 7}]
    }


@pytest.mark.parametrize("deployed", [0, 2**40])
def test_recorded_upgradeable_programs_run(deployed: int) -> None:
    """Whatever the order of their two accounts, and even when deployed after the network's first slot."""
    pair = upgradeable(address(70), address(71), FAILS_WITH_7, deployed)
    for accounts in (pair, pair[::-1]):
        assert outcome(Genesis(SEED, accounts=accounts), address(70)) == {
            "InstructionError": [0, {"Custom": 7}]
        }


def test_a_recorded_or_given_program_replaces_the_amm() -> None:
    """The real one can be put where ours would be."""
    declared = {"InstructionError": [0, {"Custom": 4100}]}
    assert outcome(Genesis(SEED), CPMM.address) != {"InstructionError": [0, {"Custom": 7}]}
    for genesis in (
        Genesis(SEED, programs=((CPMM.address, FAILS_WITH_7),)),
        Genesis(SEED, accounts=upgradeable(CPMM.address, address(71), FAILS_WITH_7)),
    ):
        assert outcome(genesis, CPMM.address) == {"InstructionError": [0, {"Custom": 7}]}
    moved = Genesis(SEED, programs=((address(70), CPMM.elf()),))
    assert outcome(moved, address(70)) == declared


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (upgradeable(address(70), address(71), b"")[0], f"lacks its program data account {address(71)}"),
        (Account(address(70), UPGRADEABLE, SOL, b"abc", executable=True), f"{address(70)} cannot be loaded"),
        (Account(address(70), LOADERS[1], SOL, b"abc", executable=True), f"{address(70)} cannot be loaded"),
    ],
    ids=["no data", "no program", "no ELF"],
)
def test_programs_that_cannot_run_are_named(account: Account, says: str) -> None:
    """Instead of a network on which they fail."""
    with pytest.raises(ConfigError, match=says):
        create_node(Genesis(SEED, accounts=(account,)), lambda: NOW)


def test_the_clock_starts_where_it_is_told() -> None:
    """Time goes on from there as the wall clock does, slots by one."""
    bench = Bench(genesis=Genesis(SEED, first_slot=1_000, clock_time=1_700_000_000))
    assert (bench.ledger.chain.oldest().slot, bench.ledger.chain.tip.time) == (1_000, 1_700_000_000)
    bench.now += 90
    block = bench.ledger.advance()
    assert (block.slot, block.time) == (1_002, 1_700_000_090)
    assert bench.ask("getBlockTime", 1_000) == 1_700_000_000
    assert bench.pay(address(2)).err is None
    assert bench.ledger.chain.oldest().height == bench.ledger.chain.at("finalized").height == 1_000


def test_a_first_tip_may_be_small() -> None:
    """Tip accounts exist, so that the least tip is not refused for their rent."""
    bench = Bench()
    for account in TIP_ACCOUNTS:
        assert bench.pay(account, MIN_TIP_LAMPORTS).err is None
