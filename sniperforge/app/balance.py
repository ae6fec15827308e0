"""What an address holds: SOL, wrapped SOL, tokens. Reads what the node parses, so that it starts fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.amounts import TokenAmount, format_sol, lamports

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient


@dataclass(frozen=True, slots=True)
class TokenHolding:
    """One token account.

    Attributes:
        account, program: base58.
        frozen: whether it cannot move tokens.
        rent: lamports locked in the account.
    """

    account: str
    program: str
    amount: TokenAmount
    frozen: bool
    rent: int

    def to_json(self) -> dict[str, Any]:
        """The document form: the amount beside where it is."""
        return {
            **self.amount.to_json(),
            "account": self.account,
            "token_program": self.program,
            "frozen": self.frozen,
            "rent_sol": format_sol(self.rent),
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """Everything that one address holds.

    Attributes:
        lamports: of the address itself.
        wsol: lamports in its wrapped-SOL accounts, rent apart.
        tokens: every other token account by mint, empty ones last.
    """

    address: str
    lamports: int
    wsol: int
    tokens: tuple[TokenHolding, ...]

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "address": self.address,
            "sol": lamports(self.lamports).to_json(),
            "wsol": lamports(self.wsol).to_json(),
            "balance_sol": format_sol(self.lamports),
            "wsol_sol": format_sol(self.wsol),
            "total_sol": format_sol(self.lamports + self.wsol),
            "tokens": [holding.to_json() for holding in self.tokens],
        }


async def read_balance(rpc: RpcClient, address: str, commitment: str = "confirmed") -> Balance:
    """What ``address`` holds; all zeros when nothing is there.

    Raises:
        UnavailableError: no usable answer.
    """
    own = await rpc.balance(address, commitment)
    held = [
        holding
        for program in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
        for holding in await _held(rpc, address, program, commitment)
    ]
    wrapped = sum(holding.amount.raw for holding in held if holding.amount.mint == WSOL_MINT)
    tokens = [holding for holding in held if holding.amount.mint != WSOL_MINT]
    return Balance(address, own, wrapped, tuple(sorted(tokens, key=_empty_last)))


async def _held(rpc: RpcClient, owner: str, program: str, commitment: str) -> list[TokenHolding]:
    params = (owner, {"programId": program}, {"encoding": "jsonParsed", "commitment": commitment})
    found = await rpc.read("getTokenAccountsByOwner", params, _Found)
    return [_holding(item, program) for item in found.value]


def _holding(item: _Item, program: str) -> TokenHolding:
    info = item.account.data.parsed.info
    amount = TokenAmount(info.mint, int(info.token_amount.amount), info.token_amount.decimals)
    return TokenHolding(item.pubkey, program, amount, info.state == "frozen", item.account.lamports)


def _empty_last(holding: TokenHolding) -> tuple[bool, str, str]:
    return (holding.amount.raw == 0, holding.amount.mint, holding.account)


class _Struct(msgspec.Struct, frozen=True, rename="camel"):
    """Fields that a node writes in camel case."""


class _Amount(_Struct, frozen=True):
    amount: str
    decimals: int


class _Info(_Struct, frozen=True):
    mint: str
    token_amount: _Amount
    state: str = "initialized"


class _Parsed(_Struct, frozen=True):
    info: _Info


class _Data(_Struct, frozen=True):
    parsed: _Parsed


class _Account(_Struct, frozen=True):
    data: _Data
    lamports: int


class _Item(_Struct, frozen=True):
    pubkey: str
    account: _Account


class _Found(_Struct, frozen=True):
    value: list[_Item]
