"""JSON-RPC methods about token accounts and mints."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.ledger.balances import (
    TOKEN,
    TOKEN_2022,
    holding_amount,
    is_holding,
    mint_decimals,
)
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import Config, parse_address
from sniperforge.localnet.rpc.parsed_accounts import ui_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solders.account import Account
    from solders.pubkey import Pubkey

    from sniperforge.localnet.ledger.state_view import StateView
    from sniperforge.localnet.rpc.params import Params

LARGEST: Final = 20


def _get_token_account_balance(node: Node, params: Params) -> Any:
    key = params.address(0)
    view = node.view(params.config(1))
    account = view.get(key)
    if account is None:
        raise faults.invalid_params("Invalid param: could not find account")
    if not is_holding(account):
        raise faults.invalid_params("Invalid param: not a Token account")
    decimals = node.ledger.vm.index.decimals(account.data[:32])
    return answer(view.slot, ui_amount(holding_amount(account.data), decimals))


def _get_token_supply(node: Node, params: Params) -> Any:
    key = params.address(0)
    view = node.view(params.config(1))
    account, decimals = _mint(view, key)
    return answer(view.slot, ui_amount(int.from_bytes(account.data[36:44], "little"), decimals))


def _get_token_largest_accounts(node: Node, params: Params) -> Any:
    key = params.address(0)
    view = node.view(params.config(1))
    _, decimals = _mint(view, key)
    amounts = [(holding_amount(account.data), address) for address, account in view.of_mint(key)]
    amounts.sort(key=lambda entry: (-entry[0], entry[1]))
    return answer(
        view.slot,
        [{"address": address, **ui_amount(amount, decimals)} for amount, address in amounts[:LARGEST]],
    )


def _get_token_accounts_by_owner(node: Node, params: Params) -> Any:
    owner = params.address(0)
    return _token_accounts(node, params, lambda view: view.of_owner(owner))


def _get_token_accounts_by_delegate(node: Node, params: Params) -> Any:
    delegate = bytes(params.address(0))

    def delegated(view: StateView) -> Iterator[tuple[str, Account]]:
        for address, account in chain(view.of_program(TOKEN), view.of_program(TOKEN_2022)):
            if account.data[72:76] == b"\1\0\0\0" and account.data[76:108] == delegate:
                yield address, account

    return _token_accounts(node, params, delegated)


def _token_accounts(
    node: Node, params: Params, candidates: Callable[[StateView], Iterator[tuple[str, Account]]]
) -> Any:
    config = params.config(2)
    view = node.view(config)
    selects = _selector(view, params.config(1))
    form = AccountFormat(node.ledger.vm, config, "binary")
    return answer(
        view.slot,
        [
            {"pubkey": address, "account": form.show(address, account)}
            for address, account in candidates(view)
            if is_holding(account) and selects(account)
        ],
    )


def _selector(view: StateView, choice: Config) -> Callable[[Account], bool]:
    if choice.get("mint") is not None:
        mint = parse_address(choice.get("mint"))
        _mint(view, mint)
        return lambda account: account.data[:32] == bytes(mint)
    if choice.get("programId") is not None:
        program = parse_address(choice.get("programId"))
        if program not in (TOKEN, TOKEN_2022):
            raise faults.invalid_params("Invalid param: unrecognized Token program id")
        return lambda account: account.owner == program
    raise faults.invalid_params("Invalid params: expected one of `mint`, `programId`.")


def _mint(view: StateView, key: Pubkey) -> tuple[Account, int]:
    account = view.get(key)
    if account is None:
        raise faults.invalid_params("Invalid param: could not find mint")
    decimals = mint_decimals(account)
    if decimals is None:
        raise faults.invalid_params("Invalid param: not a Token mint")
    return account, decimals


METHODS: Final = {
    "getTokenAccountBalance": Method(_get_token_account_balance, 1, 2),
    "getTokenSupply": Method(_get_token_supply, 1, 2),
    "getTokenLargestAccounts": Method(_get_token_largest_accounts, 1, 2, f"{LARGEST} largest"),
    "getTokenAccountsByOwner": Method(
        _get_token_accounts_by_owner, 2, 3, "by mint or programId; encodings of getAccountInfo"
    ),
    "getTokenAccountsByDelegate": Method(
        _get_token_accounts_by_delegate, 2, 3, "by mint or programId; encodings of getAccountInfo"
    ),
}
