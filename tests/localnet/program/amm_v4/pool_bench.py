"""A bare SVM with the AMM v4 program and pools on it, for the tests beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.localnet.program.amm_v4 import genesis
from sniperforge.localnet.program.amm_v4 import instructions as amm
from sniperforge.localnet.program.amm_v4.model import PoolModel
from sniperforge.localnet.program.binary import AMM_V4
from tests.localnet.program.svm_bench import PLENTY, SvmBench, key, mint_data, token_account_data

if TYPE_CHECKING:
    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

AMOUNTS = (1_000_000_000, 5_000_000_000)


@dataclass
class Bench(SvmBench):
    """One SVM with the program deployed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.deploy(AMM_V4, genesis.genesis_accounts())

    def token_account(self, owner: Pubkey, mint: Pubkey, amount: int = PLENTY, name: str = "") -> Pubkey:
        """A funded token account."""
        return self.put(key(f"{owner}/{mint}/{name}"), token_account_data(mint, owner, amount), amm.TOKEN)

    def pool(self, name: str = "pool", decimals: tuple[int, int] = (6, 9)) -> Pool:
        """Addresses of a pool of two new mints with the user's funded accounts; not created yet."""
        mints = [self.put(key(f"{name}/{side}"), mint_data(decimals[side]), amm.TOKEN) for side in (0, 1)]
        at = amm.PoolAddresses(key(f"{name}/market"), mints[0], mints[1])
        accounts = [self.token_account(self.user, mint) for mint in mints]
        return Pool(self, at, (accounts[0], accounts[1]))


@dataclass
class Pool:
    """One pool on a bench, operated by the bench's user; side 0 is the coin."""

    bench: Bench
    at: amm.PoolAddresses
    accounts: tuple[Pubkey, Pubkey]

    def initialize(self, amounts: tuple[int, int], open_time: int = 0) -> Instruction:
        return amm.initialize2(
            self.at,
            user=self.bench.user,
            user_coin=self.accounts[0],
            user_pc=self.accounts[1],
            coin=amounts[0],
            pc=amounts[1],
            open_time=open_time,
        )

    def create(self, amounts: tuple[int, int] = AMOUNTS, open_time: int = 0) -> Pool:
        outcome = self.bench.send(self.initialize(amounts, open_time))
        assert outcome.error is None, outcome.logs
        return self

    def swap_in(self, side: int, amount: int, minimum: int = 0, **more: Any) -> Instruction:
        return amm.swap_base_in(self.at, **self._ends(side), amount_in=amount, minimum_out=minimum, **more)

    def swap_out(self, side: int, amount: int, maximum: int = PLENTY, **more: Any) -> Instruction:
        return amm.swap_base_out(self.at, **self._ends(side), amount_out=amount, maximum_in=maximum, **more)

    def _ends(self, side: int) -> dict[str, Pubkey]:
        source, destination = self.accounts[side], self.accounts[1 - side]
        return {"user": self.bench.user, "source": source, "destination": destination}

    def state(self) -> PoolModel:
        """What the vaults hold, as a model."""
        coin, pc = self.at.vaults
        return PoolModel((self.bench.amount(coin), self.bench.amount(pc)))

    def balances(self) -> tuple[int, int]:
        return self.bench.amount(self.accounts[0]), self.bench.amount(self.accounts[1])
