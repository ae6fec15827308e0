"""How a network begins: its seed, its clock, and what is on it before the first transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.errors import ConfigError
from sniperforge.localnet.faucet import FAUCET_LAMPORTS, Faucet
from sniperforge.localnet.ledger.chain import FIRST_SLOT
from sniperforge.localnet.ledger.ledger import KEPT_RECORDS, Ledger
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.program.amm_v4.genesis import genesis_accounts as amm_v4_accounts
from sniperforge.localnet.program.binary import PROGRAMS
from sniperforge.localnet.program.cpmm.genesis import genesis_accounts as cpmm_accounts
from sniperforge.localnet.program.pump_curve.genesis import genesis_accounts as curve_accounts
from sniperforge.localnet.rpc.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.ledger.past import Past

_UPGRADEABLE_LOADER: Final = "BPFLoaderUpgradeab1e11111111111111111111111"
_PROGRAM_BYTES: Final = 36
"""Of ``UpgradeableLoaderState::Program``: a tag, then the address of its program data."""

PAYER_LAMPORTS: Final = 1_000_000 * LAMPORTS_PER_SOL

NATIVE_MINT: Final = Account(
    address=WSOL_MINT,
    owner=TOKEN_PROGRAM,
    lamports=1_461_600,
    data=bytes(44) + bytes([9, 1]) + bytes(36),
)
"""The mint of wrapped SOL as on mainnet: no authorities, supply 0, 9 decimals, initialised."""

TIP_ACCOUNT_LAMPORTS: Final = 890_880
"""Rent of an account without data: less than that a first tip could not bring into being."""


@dataclass(frozen=True, slots=True)
class Genesis:
    """What a network starts from.

    Attributes:
        seed: 32 random bytes make a network of its own; a fixed seed gives the same hashes and the same
            keys of payer, faucet and identity again.
        accounts: put on the ledger as they are, after everything else; programs among them run.
        programs: further ``(address, ELF bytes)``; one may replace a program that comes with the network.
        amm: deploy the AMM programs and the bonding curve with their configuration accounts.
        payer: the funded key; derived from the seed when absent.
        first_slot: slots go on from here.
        clock_time: Unix seconds at which the network's clock starts, whatever the wall clock says then;
            ``None`` keeps to the wall clock.
    """

    seed: bytes = field(repr=False)
    accounts: tuple[Account, ...] = ()
    programs: tuple[tuple[str, bytes], ...] = ()
    amm: bool = True
    payer: Keypair | None = field(default=None, repr=False)
    first_slot: int = FIRST_SLOT
    clock_time: int | None = None

    def with_payer(self, payer: Keypair) -> Genesis:
        """The same genesis with another funded key."""
        return replace(self, payer=payer)

    @property
    def is_fork(self) -> bool:
        """Whether it says more than how to begin an empty network of its own."""
        given = self.accounts or self.programs or self.clock_time is not None
        return bool(given) or self.first_slot != FIRST_SLOT

    def keypair(self, role: str) -> Keypair:
        """The key of ``"payer"``, ``"faucet"``, ``"identity"`` or ``"sandwich"``."""
        if role == "payer" and self.payer is not None:
            return self.payer
        return Keypair.from_seed(
            hashlib.sha256(b"sniperforge localnet " + role.encode() + self.seed).digest()
        )


def create_node(
    genesis: Genesis,
    now: Callable[[], float],
    profile: SlotProfile = MAINNET_PACE,
    *,
    keep_records: int = KEPT_RECORDS,
    past: Past | None = None,
) -> Node:
    """A network: its ledger, filled, with a faucet.

    Args:
        genesis: how it begins or began.
        now: the wall clock, Unix seconds.
        profile: pace of slots and commitment.
        keep_records: transactions kept in memory.
        past: what it goes on from; of ``genesis`` only keys and first slot count then. A payer who is new
            there is funded.

    Raises:
        ConfigError: a program cannot be loaded.
    """
    ledger = Ledger(
        genesis.seed,
        profile,
        now,
        keep_records=keep_records,
        first_slot=genesis.first_slot,
        ahead=0.0 if genesis.clock_time is None else genesis.clock_time - now(),
        past=past,
    )
    if past is None:
        _fill(ledger, genesis)
    elif not ledger.vm.balance(genesis.keypair("payer").pubkey()):
        _fund(ledger, genesis, "payer", PAYER_LAMPORTS)
    return Node(ledger, Faucet(ledger, genesis.keypair("faucet")), str(genesis.keypair("identity").pubkey()))


def _fill(ledger: Ledger, genesis: Genesis) -> None:
    ledger.set_account(NATIVE_MINT)
    _fund(ledger, genesis, "faucet", FAUCET_LAMPORTS)
    _fund(ledger, genesis, "payer", PAYER_LAMPORTS)
    for address in TIP_ACCOUNTS:
        ledger.set_account(Account(address, SYSTEM_PROGRAM, TIP_ACCOUNT_LAMPORTS, b""))
    if genesis.amm:
        _deploy(ledger)
    for address, elf in genesis.programs:
        ledger.add_program(address, elf)
    for account in sorted(genesis.accounts, key=_runs):
        _place(ledger, account)


def _deploy(ledger: Ledger) -> None:
    for program in PROGRAMS:
        ledger.add_program(program.address, program.elf())
    for accounts in (cpmm_accounts, curve_accounts, amm_v4_accounts):
        for account in accounts():
            ledger.set_account(account)


def _fund(ledger: Ledger, genesis: Genesis, role: str, lamports: int) -> None:
    ledger.set_account(Account(str(genesis.keypair(role).pubkey()), SYSTEM_PROGRAM, lamports, b""))


def _runs(account: Account) -> bool:
    """A program after the rest: the SVM looks for its bytes when it is placed."""
    return account.executable


def _place(ledger: Ledger, account: Account) -> None:
    if account.executable:
        _check_program_data(ledger, account)
    try:
        ledger.set_account(account)
    except Exception as error:  # noqa: BLE001 - LiteSVMError derives from Exception and has no importable name
        raise ConfigError(f"account {account.address} cannot be loaded: {error}") from None


def _check_program_data(ledger: Ledger, program: Account) -> None:
    if program.owner != _UPGRADEABLE_LOADER or len(program.data) != _PROGRAM_BYTES:
        return  # a program of another loader is its own data; the SVM refuses what is none
    address = str(Pubkey.from_bytes(program.data[4:36]))
    if ledger.account(address) is None:
        raise ConfigError(
            f"program {program.address} lacks its program data account {address}",
            hint="record that account too, or leave the program out",
        )
