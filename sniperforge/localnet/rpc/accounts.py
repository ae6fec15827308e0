"""JSON-RPC methods about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import ENCODINGS, MAX_BASE58_BYTES, AccountFormat
from sniperforge.localnet.rpc.filters import MAX_COMPARED_BYTES, MAX_FILTERS, parse_filters
from sniperforge.localnet.rpc.node import Method, Node
from sniperforge.localnet.rpc.params import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.localnet.rpc.params import Config, Params

MAX_ACCOUNTS: Final = 100
ACCOUNT_FORMS: Final = (
    f"{', '.join(ENCODINGS)}; default binary; base58 up to {MAX_BASE58_BYTES} bytes of data; dataSlice; "
    "jsonParsed for mints, token accounts, nonces and lookup tables, else base64"
)


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
    for key in _ordered(node.ledger.vm.index.by_program(program), config):
        account = node.ledger.vm.get(key)
        if account is not None and all(matches(account) for matches in filters):
            found.append({"pubkey": str(key), "account": form.show(str(key), account)})
    return node.answer(found) if config.flag("withContext") else found


def _ordered(addresses: Iterable[str], config: Config) -> list[Pubkey]:
    keys = [Pubkey.from_string(address) for address in addresses]
    return sorted(keys, key=bytes) if config.flag("sortResults", default=True) else keys


def _get_minimum_balance(node: Node, params: Params) -> Any:
    params.config(1).commitment()
    size = params.integer(0)
    if size > 10 * 1024 * 1024:
        raise faults.invalid_params(f"Invalid params: data length {size} is above 10 MiB")
    return node.ledger.vm.svm.minimum_balance_for_rent_exemption(size)


METHODS: Final = {
    "getAccountInfo": Method(_get_account_info, 1, 2, ACCOUNT_FORMS),
    "getMultipleAccounts": Method(
        _get_multiple_accounts,
        1,
        2,
        f"at most {MAX_ACCOUNTS} addresses; encodings of getAccountInfo, default base64",
    ),
    "getBalance": Method(_get_balance, 1, 2),
    "getProgramAccounts": Method(
        _get_program_accounts,
        1,
        2,
        f"at most {MAX_FILTERS} filters of {MAX_COMPARED_BYTES} bytes; sorted by address; default binary",
    ),
    "getMinimumBalanceForRentExemption": Method(_get_minimum_balance, 1, 2, "at most 10 MiB"),
}
