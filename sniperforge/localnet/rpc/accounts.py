"""JSON-RPC methods about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey

from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.account_json import ENCODINGS, MAX_BASE58_BYTES, AccountFormat
from sniperforge.localnet.rpc.filters import MAX_COMPARED_BYTES, MAX_FILTERS, parse_filters
from sniperforge.localnet.rpc.node import Method, Node, answer
from sniperforge.localnet.rpc.params import parse_address

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.params import Params

MAX_ACCOUNTS: Final = 100
ACCOUNT_FORMS: Final = (
    f"{', '.join(ENCODINGS)}; default binary; base58 up to {MAX_BASE58_BYTES} bytes of data; dataSlice; "
    "jsonParsed for mints, token accounts, nonces and lookup tables, else base64"
)


def _get_account_info(node: Node, params: Params) -> Any:
    key, config = params.address(0), params.config(1)
    view = node.view(config)
    shown = AccountFormat(node.ledger.vm, config, "binary").show(str(key), view.get(key))
    return answer(view.slot, shown)


def _get_multiple_accounts(node: Node, params: Params) -> Any:
    addresses, config = params.items(0), params.config(1)
    if len(addresses) > MAX_ACCOUNTS:
        raise faults.invalid_params(f"Too many inputs provided; max {MAX_ACCOUNTS}")
    view = node.view(config)
    keys = [parse_address(address) for address in addresses]
    form = AccountFormat(node.ledger.vm, config, "base64")
    return answer(view.slot, [form.show(str(key), view.get(key)) for key in keys])


def _get_balance(node: Node, params: Params) -> Any:
    key = params.address(0)
    view = node.view(params.config(1))
    return answer(view.slot, view.balance(key))


def _get_program_accounts(node: Node, params: Params) -> Any:
    program, config = params.address(0), params.config(1)
    view = node.view(config)
    filters = parse_filters(config.items("filters"))
    form = AccountFormat(node.ledger.vm, config, "binary")
    matching = [
        (name, account)
        for name, account in view.of_program(program)
        if all(matches(account) for matches in filters)
    ]
    if config.flag("sortResults", default=True):
        matching.sort(key=lambda entry: bytes(Pubkey.from_string(entry[0])))
    found = [{"pubkey": name, "account": form.show(name, account)} for name, account in matching]
    return answer(view.slot, found) if config.flag("withContext") else found


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
