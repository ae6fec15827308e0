"""Reads of accounts and token holdings. Data come back raw; ``tokens`` and ``dex`` know what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.chain.answers import AccountsAt, Holding
from sniperforge.chain.jsonrpc import JsonRpc
from sniperforge.chain.wire import (
    KeyedAccounts,
    LargestHoldings,
    ManyAccounts,
    Number,
    OneAccount,
    account_value,
)
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.gathering import Gathering
    from sniperforge.chain.wire import AccountInfo
    from sniperforge.domain.chain import Account

MAX_ACCOUNTS_A_CALL: Final = 100
"""A node's own limit for ``getMultipleAccounts``."""


class AccountReads(JsonRpc):
    """Reads by address, retried within the policy."""

    async def balance(self, address: str, commitment: str = "confirmed") -> int:
        """Lamports of ``address``; 0 when there is no such account.

        Raises:
            UnavailableError: no usable answer.
        """
        params = (address, {"commitment": commitment})
        return (await self.read("getBalance", params, Number)).value

    async def account(self, address: str, commitment: str = "confirmed") -> Account | None:
        """One account, ``None`` when there is none. Asked for together with others of the same moment.

        Raises:
            UnavailableError: no usable answer.
        """

        async def alone() -> tuple[int, dict[str, AccountInfo | None]]:
            at = await self.read("getAccountInfo", (address, _encoded(commitment)), OneAccount)
            return at.context.slot, {address: at.value}

        _, found = await self._meeting(commitment).ask([address], alone)
        return account_value(address, found[address], "getAccountInfo")

    async def accounts(
        self, addresses: Sequence[str], commitment: str = "confirmed", min_slot: int | None = None
    ) -> AccountsAt:
        """Many accounts, 100 a request; those of one request are of one slot.

        What others ask for in the same moment goes into the same requests.

        Args:
            addresses: base58; repeated ones are asked for once.
            commitment: state to read.
            min_slot: refuse an answer of an earlier slot.

        Raises:
            UnavailableError: no usable answer.
        """
        unique = list(dict.fromkeys(addresses))
        chunks = [unique[i : i + MAX_ACCOUNTS_A_CALL] for i in range(0, len(unique), MAX_ACCOUNTS_A_CALL)]
        parts = [await self._part(chunk, commitment, min_slot) for chunk in chunks]
        found = {address: account for part in parts for address, account in part.accounts.items()}
        return AccountsAt(min((part.slot for part in parts), default=0), found)

    async def token_accounts_by_owner(self, owner: str, commitment: str = "confirmed") -> tuple[Account, ...]:
        """Every token account of ``owner``, of SPL Token and of Token-2022.

        Raises:
            UnavailableError: no usable answer for one of the two programs.
        """
        programs = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
        both = [await self._held(owner, program, commitment) for program in programs]
        return tuple(account for held in both for account in held)

    async def token_largest_accounts(self, mint: str, commitment: str = "confirmed") -> tuple[Holding, ...]:
        """The twenty largest token accounts of ``mint``, largest first.

        Raises:
            RpcError: ``mint`` is no mint, or the node does not offer the method.
            UnavailableError: no usable answer.
        """
        params = (mint, {"commitment": commitment})
        found = await self.read("getTokenLargestAccounts", params, LargestHoldings)
        return tuple(Holding(item.address, _raw_amount(item.amount), item.decimals) for item in found.value)

    async def _part(self, addresses: Sequence[str], commitment: str, min_slot: int | None) -> AccountsAt:
        async def alone() -> tuple[int, dict[str, AccountInfo | None]]:
            return await self._infos(addresses, commitment, min_slot)

        if min_slot is None:
            slot, found = await self._meeting(commitment).ask(addresses, alone)
        else:
            slot, found = await alone()
        values = {key: account_value(key, found[key], "getMultipleAccounts") for key in addresses}
        return AccountsAt(slot, values)

    def _meeting(self, commitment: str) -> Gathering[AccountInfo | None]:
        return self.gathering(
            ("accounts", commitment), lambda keys: self._infos(keys, commitment), MAX_ACCOUNTS_A_CALL
        )

    async def _infos(
        self, addresses: Sequence[str], commitment: str, min_slot: int | None = None
    ) -> tuple[int, dict[str, AccountInfo | None]]:
        method, options = "getMultipleAccounts", _encoded(commitment)
        if min_slot is not None:
            options["minContextSlot"] = min_slot
        at = await self.read(method, (addresses, options), ManyAccounts)
        if len(at.value) != len(addresses):
            raise UnavailableError(f"{method}: {len(at.value)} accounts answered, {len(addresses)} asked for")
        return at.context.slot, dict(zip(addresses, at.value, strict=True))

    async def _held(self, owner: str, program: str, commitment: str) -> list[Account]:
        method = "getTokenAccountsByOwner"
        found = await self.read(method, (owner, {"programId": program}, _encoded(commitment)), KeyedAccounts)
        accounts = [account_value(item.pubkey, item.account, method) for item in found.value]
        return [account for account in accounts if account is not None]


def _encoded(commitment: str) -> dict[str, Any]:
    return {"encoding": "base64", "commitment": commitment}


def _raw_amount(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UnavailableError("getTokenLargestAccounts: an amount is not a whole number")
    return int(text)
