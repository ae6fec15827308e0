"""A bare SVM with the curve and its fee program, and coins on it, for the tests beside it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.keypair import Keypair

from sniperforge.localnet.program.binary import PUMP_CURVE, PUMP_FEES
from sniperforge.localnet.program.pump_curve import genesis
from sniperforge.localnet.program.pump_curve import instructions as pump
from sniperforge.localnet.program.pump_curve.model import CurveModel
from tests.localnet.program.svm_bench import SYSTEM, SvmBench, key, token_account_data

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from tests.localnet.program.svm_bench import Outcome

WORDS = pump.Words("A coin", "COIN", "https://example.org/coin.json")
RENT = 890_880
"""Lamports of an account without data."""


@dataclass
class Bench(SvmBench):
    """One SVM with both programs deployed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.deploy(PUMP_FEES)
        self.deploy(PUMP_CURVE, genesis.genesis_accounts())

    def coin(self, name: str = "coin", *, holder_reward: bool = False) -> pump.Coin:
        """What a coin made by the user of ``create_v2`` will be; nothing is sent."""
        mint = Keypair.from_seed(bytes(key(name))).pubkey()
        return pump.Coin(mint, pump.holder_rewards(mint) if holder_reward else key("creator"))

    def created(self, name: str = "coin") -> pump.Coin:
        """A coin of ``create_v2`` with an empty token account of the user."""
        coin = self.coin(name)
        outcome = self.send(pump.create_v2(coin, WORDS, user=self.user))
        assert outcome.error is None, outcome.logs
        self.open_account(coin, self.user)
        return coin

    def created_legacy(self, name: str = "legacy") -> pump.Coin:
        """A coin of ``create`` with an empty token account of the user."""
        coin = pump.Coin(self.coin(name).mint, key("creator"), pump.TOKEN)
        outcome = self.send(pump.create(coin, WORDS, user=self.user))
        assert outcome.error is None, outcome.logs
        self.open_account(coin, self.user)
        return coin

    def open_account(self, coin: pump.Coin, owner: Pubkey, amount: int = 0) -> Pubkey:
        """A token account of the coin at the owner's associated address."""
        data = token_account_data(coin.mint, owner, amount)
        return self.put(coin.account_of(owner), data, coin.token_program)

    def trader(self, name: str, coin: pump.Coin) -> Pubkey:
        """Another funded user with an empty account of the coin."""
        user = self.put(key(name), b"", SYSTEM, 1 << 50)
        self.open_account(coin, user)
        return user

    def bought(self, coin: pump.Coin, lamports: int) -> Outcome:
        """A buy of the user that must pass."""
        outcome = self.send(pump.buy_exact_quote_in_v2(coin, user=self.user, lamports=lamports))
        assert outcome.error is None, outcome.logs
        return outcome

    def state(self, coin: pump.Coin) -> CurveModel:
        """What the chain holds, as a model."""
        return CurveModel(*struct.unpack_from("<4Q", self.data(coin.curve), 8))

    def lamports(self, address: Pubkey) -> int:
        """An account's lamports; 0 when there is none."""
        return self.svm.get_balance(address) or 0
