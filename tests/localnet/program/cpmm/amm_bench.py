"""A bare SVM with the AMM program and ready-made mints, token accounts and pools, for the tests beside it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.program.cpmm import genesis
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import CreatorFeeOn, FeeRates, MintFee, PoolModel
from tests.localnet.program.svm_bench import NOW, PLENTY, WSOL, SvmBench, key, mint_data, token_account_data

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

NO_FEES = (MintFee(), MintFee())


def fee_extension(newer: MintFee, older: MintFee | None = None, epoch: int = 0) -> tuple[int, bytes]:
    """A TransferFeeConfig whose ``newer`` rule holds from ``epoch`` on."""
    rules = [(0, older or newer), (epoch, newer)]
    body = b"".join(struct.pack("<QQH", at, fee.maximum, fee.basis_points) for at, fee in rules)
    return 1, bytes(72) + body


@dataclass
class Bench(SvmBench):
    """One SVM with the AMM program deployed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.deploy(CPMM, genesis.genesis_accounts())

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
