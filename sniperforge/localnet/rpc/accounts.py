"""JSON-RPC methods about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.filters import parse_filters
from sniperforge.localnet.rpc.node import Method, Node
from sniperforge.localnet.rpc.params import parse_address

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.params import Config, Params

MAX_ACCOUNTS: Final = 100


def check_context(node: Node, config: Config) -> None:
    """Check a read's commitment and ``minContextSlot``; state itself is always the newest."""
    config.commitment()
    config.check_slot(node.ledger.chain.tip.slot)


def _get_account_info(node: Node, params: Params) -> Any:
    key, config = params.address(0), params.config(1)
    check_context(node, config)
    shown = AccountFormat(node.ledger.vm, config, "binary").show(str(key), node.ledger.vm.get(key))
    return node.answer(shown)


def _get_multiple_accounts(node: Node, params: Params) -> Any:
    addresses, config = params.items(0), params.config(1)
    if len(addresses) > MAX_ACCOUNTS:
        raise faults.invalid_params(f"Too many inputs provided; max {MAX_ACCOUNTS}")
    check_context(node, config)
    keys = [parse_address(address) for address in addresses]
    form = AccountFormat(node.ledger.vm, config, "base64")
    return node.answer([form.show(str(key), node.ledger.vm.get(key)) for key in keys])


def _get_balance(node: Node, params: Params) -> Any:
    key = params.address(0)
    check_context(node, params.config(1))
    return node.answer(node.ledger.vm.balance(key))


def _get_program_accounts(node: Node, params: Params) -> Any:
    program, config = params.address(0), params.config(1)
    check_context(node, config)
    filters = parse_filters(config.items("filters"))
    form = AccountFormat(node.ledger.vm, config, "binary")
    found = []
    for address in list(node.ledger.vm.index.by_program(program)):
        account = node.ledger.vm.get(Pubkey.from_string(address))
        if account is not None and all(matches(account) for matches in filters):
            found.append({"pubkey": address, "account": form.show(address, account)})
    return node.answer(found) if config.flag("withContext") else found


def _get_minimum_balance(node: Node, params: Params) -> Any:
    params.config(1).commitment()
    size = params.integer(0)
    if size > 10 * 1024 * 1024:
        raise faults.invalid_params(f"Invalid params: data length {size} is above 10 MiB")
    return node.ledger.vm.svm.minimum_balance_for_rent_exemption(size)


METHODS: Final = {
    "getAccountInfo": Method(_get_account_info, 1, 2),
    "getMultipleAccounts": Method(_get_multiple_accounts, 1, 2),
    "getBalance": Method(_get_balance, 1, 2),
    "getProgramAccounts": Method(_get_program_accounts, 1, 2),
    "getMinimumBalanceForRentExemption": Method(_get_minimum_balance, 1, 2),
}
