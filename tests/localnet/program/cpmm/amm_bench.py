"""A bare SVM with the AMM program and ready-made mints, token accounts and pools, for the tests beside it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from solders.account import Account as SvmAccount
from solders.clock import Clock
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.program.cpmm import genesis
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import CreatorFeeOn, FeeRates, MintFee, PoolModel

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

WSOL = Pubkey.from_string(WSOL_MINT)
SYSTEM = Pubkey.from_string(SYSTEM_PROGRAM)
NOW = 1_790_000_000
PLENTY = 1 << 63
NO_FEES = (MintFee(), MintFee())


def key(name: str) -> Pubkey:
    """A made-up address that is the same in every run."""
    return Pubkey(sha256(name.encode()).digest())


def mint_data(decimals: int = 6, extensions: list[tuple[int, bytes]] | None = None) -> bytes:
    """A mint without authorities; with ``extensions`` in Token-2022's form."""
    data = struct.pack("<I32xQBBI32x", 0, PLENTY, decimals, 1, 0)
    if extensions is None:
        return data
    listed = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in extensions)
    return data + bytes(165 - len(data)) + b"\x01" + listed


def fee_extension(newer: MintFee, older: MintFee | None = None, epoch: int = 0) -> tuple[int, bytes]:
    """A TransferFeeConfig whose ``newer`` rule holds from ``epoch`` on."""
    rules = [(0, older or newer), (epoch, newer)]
    body = b"".join(struct.pack("<QQH", at, fee.maximum, fee.basis_points) for at, fee in rules)
    return 1, bytes(72) + body


def token_account_data(
    mint: Pubkey, owner: Pubkey, amount: int, *, native: bool = False, fees: bool = False
) -> bytes:
    """A token account; ``fees`` appends Token-2022's withheld counter."""
    state = struct.pack("<Q36xBIQ8x36x", amount, 1, int(native), 2_039_280 if native else 0)
    data = bytes(mint) + bytes(owner) + state
    return data + b"\x02" + struct.pack("<HHQ", 2, 8, 0) if fees else data


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one transaction did: ``error`` is None, a custom number, or the name of another error."""

    error: int | str | None
    logs: tuple[str, ...]
    units: int
    meta: TransactionMetadata

    @property
    def event(self) -> bytes:
        """The last ``Program data:`` line, decoded."""
        import base64

        lines = [line for line in self.logs if line.startswith("Program data: ")]
        return base64.b64decode(lines[-1].removeprefix("Program data: "))


def outcome_of(result: TransactionMetadata | FailedTransactionMetadata) -> Outcome:
    """Both result types of LiteSVM in one."""
    if not hasattr(result, "err"):
        return Outcome(None, tuple(result.logs()), result.compute_units_consumed(), result)
    meta = result.meta()
    inner = getattr(result.err(), "err", result.err())
    error = getattr(inner, "code", None)
    return Outcome(
        error if error is not None else str(inner), tuple(meta.logs()), meta.compute_units_consumed(), meta
    )


@dataclass
class Bench:
    """One SVM at block time :data:`NOW` with the program deployed; signatures are not checked."""

    svm: LiteSVM = field(init=False)
    user: Pubkey = field(default_factory=lambda: key("user"))

    def __post_init__(self) -> None:
        self.svm = LiteSVM().with_sigverify(False).with_blockhash_check(False).with_transaction_history(0)
        self.svm.add_program(amm.PROGRAM, CPMM.elf())
        for account in genesis.genesis_accounts():
            self.put(Pubkey.from_string(account.address), account.data, Pubkey.from_string(account.owner))
        self.put(WSOL, mint_data(9), amm.TOKEN, 10**9)
        self.put(self.user, b"", SYSTEM, 1 << 50)
        self.set_time(NOW)

    def put(self, address: Pubkey, data: bytes, owner: Pubkey, lamports: int | None = None) -> Pubkey:
        """Sets an account, rent-exempt unless told otherwise."""
        self.svm.set_account(
            address, SvmAccount((128 + len(data)) * 6960 if lamports is None else lamports, data, owner)
        )
        return address

    def set_time(self, unix_timestamp: int, epoch: int = 0) -> None:
        """Moves the clock."""
        self.svm.set_clock(Clock(450_000_000, 0, epoch, epoch, unix_timestamp))

    def send(self, *instructions: Instruction, payer: Pubkey | None = None) -> Outcome:
        """Executes the instructions in one transaction."""
        message = Message.new_with_blockhash(
            list(instructions), payer or self.user, self.svm.latest_blockhash()
        )
        signatures = [Signature.default()] * message.header.num_required_signatures
        return outcome_of(self.svm.send_transaction(VersionedTransaction.populate(message, signatures)))

    def data(self, address: Pubkey) -> bytes:
        """An account's data."""
        account = self.svm.get_account(address)
        assert account is not None, address
        return account.data

    def patch(self, address: Pubkey, offset: int, new: bytes) -> None:
        """Overwrites bytes of an account."""
        account = self.svm.get_account(address)
        assert account is not None
        data = account.data[:offset] + new + account.data[offset + len(new) :]
        self.put(address, data, account.owner, account.lamports)

    def amount(self, address: Pubkey) -> int:
        """A token account's amount."""
        return int.from_bytes(self.data(address)[64:72], "little")

    def mint(self, name: str, fee: MintFee | None = None) -> tuple[Pubkey, Pubkey]:
        """A mint and its token program: Token-2022 with a transfer fee when one is given."""
        if fee is None:
            return self.put(key(name), mint_data(), amm.TOKEN), amm.TOKEN
        return self.put(key(name), mint_data(extensions=[fee_extension(fee)]), amm.TOKEN_2022), amm.TOKEN_2022

    def token_account(
        self, owner: Pubkey, mint: Pubkey, program: Pubkey = amm.TOKEN, amount: int = PLENTY, name: str = ""
    ) -> Pubkey:
        """A funded token account of ``owner``."""
        address = key(f"{owner}/{mint}/{name}")
        fees = program == amm.TOKEN_2022
        data = token_account_data(mint, owner, amount, native=mint == WSOL, fees=fees)
        lamports = amount + 2_039_280 if mint == WSOL else None
        return self.put(address, data, program, lamports)

    def pool(self, name: str = "pool", fees: tuple[MintFee | None, MintFee | None] = (None, None)) -> Pool:
        """Addresses of a pool of two new mints with the user's funded accounts; not created yet."""
        pairs = sorted((self.mint(f"{name}/a"), self.mint(f"{name}/b")), key=lambda pair: bytes(pair[0]))
        mints = [pair[0] for pair in pairs]
        programs = [self._with_fee(mint, fee) for mint, fee in zip(mints, fees, strict=True)]
        addresses = amm.pool_addresses(mints[0], mints[1], program_a=programs[0], program_b=programs[1])
        accounts = [self.token_account(self.user, *pair) for pair in zip(mints, programs, strict=True)]
        known = (fees[0] or MintFee(), fees[1] or MintFee())
        return Pool(self, addresses, (accounts[0], accounts[1]), known)

    def _with_fee(self, mint: Pubkey, fee: MintFee | None) -> Pubkey:
        if fee is None:
            return amm.TOKEN
        self.put(mint, mint_data(extensions=[fee_extension(fee)]), amm.TOKEN_2022)
        return amm.TOKEN_2022


@dataclass
class Pool:
    """One pool on a bench, operated by the bench's user."""

    bench: Bench
    at: amm.PoolAddresses
    accounts: tuple[Pubkey, Pubkey]
    fees: tuple[MintFee, MintFee] = NO_FEES

    @property
    def lp_account(self) -> Pubkey:
        return amm.associated_token_account(self.bench.user, self.at.lp_mint)

    @property
    def vaults(self) -> tuple[Pubkey, Pubkey]:
        return self.at.vault_0, self.at.vault_1

    @property
    def mints(self) -> tuple[Pubkey, Pubkey]:
        return self.at.mint_0, self.at.mint_1

    def initialize_instruction(
        self, amounts: tuple[int, int], open_time: int = 0, **more: Any
    ) -> Instruction:
        return amm.initialize(
            self.at,
            creator=self.bench.user,
            creator_token_0=self.accounts[0],
            creator_token_1=self.accounts[1],
            amount_0=amounts[0],
            amount_1=amounts[1],
            open_time=open_time,
            **more,
        )

    def create(self, amounts: tuple[int, int], open_time: int = 0) -> Pool:
        """Creates the pool and moves the clock past its opening, unless that was set."""
        outcome = self.bench.send(self.initialize_instruction(amounts, open_time))
        assert outcome.error is None, outcome.logs
        if not open_time:
            self.bench.set_time(NOW + 1)
        return self

    def swap_input_instruction(self, side: int, amount_in: int, minimum_out: int = 0) -> Instruction:
        return amm.swap_base_input(
            self.at,
            payer=self.bench.user,
            source=self.accounts[side],
            destination=self.accounts[1 - side],
            mint_in=self.mints[side],
            amount_in=amount_in,
            minimum_out=minimum_out,
        )

    def swap_output_instruction(self, side: int, maximum_in: int, amount_out: int) -> Instruction:
        return amm.swap_base_output(
            self.at,
            payer=self.bench.user,
            source=self.accounts[side],
            destination=self.accounts[1 - side],
            mint_in=self.mints[side],
            maximum_in=maximum_in,
            amount_out=amount_out,
        )

    def deposit_instruction(self, lp: int, maximum: tuple[int, int] = (PLENTY, PLENTY)) -> Instruction:
        return amm.deposit(
            self.at,
            owner=self.bench.user,
            lp_account=self.lp_account,
            token_0=self.accounts[0],
            token_1=self.accounts[1],
            lp_amount=lp,
            maximum_0=maximum[0],
            maximum_1=maximum[1],
        )

    def withdraw_instruction(self, lp: int, minimum: tuple[int, int] = (0, 0)) -> Instruction:
        return amm.withdraw(
            self.at,
            owner=self.bench.user,
            lp_account=self.lp_account,
            token_0=self.accounts[0],
            token_1=self.accounts[1],
            lp_amount=lp,
            minimum_0=minimum[0],
            minimum_1=minimum[1],
        )

    def balances(self) -> tuple[int, int, int]:
        """The user's amounts of token 0, token 1 and LP tokens."""
        bench = self.bench
        return bench.amount(self.accounts[0]), bench.amount(self.accounts[1]), bench.amount(self.lp_account)

    def state(self, rates: FeeRates) -> PoolModel:
        """What the chain holds, as a model."""
        data = self.bench.data(self.at.pool)
        lp_supply, *owed = struct.unpack_from("<5Q", data, 333)
        return PoolModel(
            vaults=(self.bench.amount(self.at.vault_0), self.bench.amount(self.at.vault_1)),
            lp_supply=lp_supply,
            rates=rates,
            mint_fees=self.fees,
            creator_fee_on=CreatorFeeOn(data[389]),
            protocol_fees=(owed[0], owed[1]),
            fund_fees=(owed[2], owed[3]),
            creator_fees=struct.unpack_from("<QQ", data, 397),
        )

    def enable_creator_fee(self, on: CreatorFeeOn) -> None:
        """What ``initialize_with_permission`` leaves in a pool; our program has no such instruction."""
        self.bench.patch(self.at.pool, 389, bytes((on, 1)))
