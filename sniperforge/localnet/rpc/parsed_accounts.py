"""``jsonParsed`` of mints, token accounts, nonces and lookup tables; others fall back to base64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.hash import Hash

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM
from sniperforge.domain.amounts import format_units
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.localnet.ledger.balances import is_holding, mint_decimals
from sniperforge.localnet.ledger.lookups import HEADER_BYTES, LOOKUP_TABLE_PROGRAM
from sniperforge.localnet.ledger.nonces import is_nonce, stored_nonce
from sniperforge.localnet.ledger.sysvars import LAMPORTS_PER_SIGNATURE
from sniperforge.tokens.account import TokenAccount, decode_token_account
from sniperforge.tokens.layout import key, records, uint
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from solders.account import Account as SvmAccount

    from sniperforge.localnet.ledger.vm import Vm

_UNPARSED: Final = {"extension": "unparseableExtension"}
"""What a validator answers for an extension that it cannot read itself."""


def ui_amount(raw: int, decimals: int) -> dict[str, Any]:
    """A token amount as the JSON-RPC shows it; the float is for display only."""
    return {
        "amount": str(raw),
        "decimals": decimals,
        "uiAmount": raw / 10**decimals,
        "uiAmountString": format_units(raw, decimals),
    }


def parse_account(vm: Vm, address: str, account: SvmAccount) -> dict[str, Any] | None:
    """The parsed form of ``account``; ``None`` when there is none."""
    try:
        if is_nonce(account):
            return _wrap("nonce", "initialized", _nonce(account), account)
        if account.owner == LOOKUP_TABLE_PROGRAM:
            return _lookup_table(account)
        program = "spl-token-2022" if str(account.owner) == TOKEN_2022_PROGRAM else "spl-token"
        if is_holding(account):
            return _wrap(program, "account", _holding(vm, address, account), account)
        if mint_decimals(account) is not None:
            return _wrap(program, "mint", _mint(address, account), account)
    except DecodeError:
        return None
    return None


def _wrap(program: str, kind: str, info: dict[str, Any], account: SvmAccount) -> dict[str, Any]:
    return {"program": program, "parsed": {"info": info, "type": kind}, "space": len(account.data)}


def _domain(address: str, account: SvmAccount) -> Account:
    return Account(address, str(account.owner), account.lamports, account.data, account.executable)


def _nonce(account: SvmAccount) -> dict[str, Any]:
    return {
        "authority": key(account.data, 8),
        "blockhash": str(Hash.from_bytes(stored_nonce(account))),
        "feeCalculator": {"lamportsPerSignature": str(LAMPORTS_PER_SIGNATURE)},
    }


def _lookup_table(account: SvmAccount) -> dict[str, Any]:
    """Layout and names: Agave's ``parse_address_lookup_table.rs``; numbers are texts there but the index."""
    data = account.data
    if uint(data, 0, 4) != 1 or len(data) < HEADER_BYTES:
        shown = {"type": "uninitialized"}
        return {"program": "address-lookup-table", "parsed": shown, "space": len(data)}
    info: dict[str, Any] = {
        "deactivationSlot": str(uint(data, 4, 8)),
        "lastExtendedSlot": str(uint(data, 12, 8)),
        "lastExtendedSlotStartIndex": data[20],
        "addresses": [key(data, offset) for offset in range(HEADER_BYTES, len(data) - 31, 32)],
    }
    if data[21] == 1:
        info["authority"] = key(data, 22)
    return _wrap("address-lookup-table", "lookupTable", info, account)


def _mint(address: str, account: SvmAccount) -> dict[str, Any]:
    mint = decode_mint(_domain(address, account))
    info: dict[str, Any] = {
        "decimals": mint.decimals,
        "freezeAuthority": mint.freeze_authority,
        "isInitialized": True,
        "mintAuthority": mint.mint_authority,
        "supply": str(mint.supply),
    }
    if len(account.data) > 165:
        info["extensions"] = [_mint_extension(kind, value) for kind, value in records(account.data, address)]
    return info


def _holding(vm: Vm, address: str, account: SvmAccount) -> dict[str, Any]:
    token = decode_token_account(_domain(address, account))
    decimals = vm.index.decimals(account.data[:32])
    info: dict[str, Any] = {
        "isNative": token.is_native,
        "mint": token.mint,
        "owner": token.owner,
        "state": "frozen" if token.frozen else "initialized",
        "tokenAmount": ui_amount(token.raw, decimals),
        **_options(token, decimals),
    }
    if len(account.data) > 165:
        info["extensions"] = [
            _holding_extension(kind, value) for kind, value in records(account.data, address)
        ]
    return info


def _options(token: TokenAccount, decimals: int) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if token.delegate is not None:
        options["delegate"] = token.delegate
        options["delegatedAmount"] = ui_amount(token.delegated_raw, decimals)
    if token.native_reserve is not None:
        options["rentExemptReserve"] = ui_amount(token.native_reserve, decimals)
    if token.close_authority is not None:
        options["closeAuthority"] = token.close_authority
    return options


def _optional_key(value: bytes, offset: int) -> str | None:
    return None if value[offset : offset + 32] == bytes(32) else key(value, offset)


def _fee(value: bytes, offset: int) -> dict[str, int]:
    return {
        "epoch": uint(value, offset, 8),
        "maximumFee": uint(value, offset + 8, 8),
        "transferFeeBasisPoints": uint(value, offset + 16, 2),
    }


def _transfer_fee_config(value: bytes) -> dict[str, Any]:
    return {
        "newerTransferFee": _fee(value, 90),
        "olderTransferFee": _fee(value, 72),
        "transferFeeConfigAuthority": _optional_key(value, 0),
        "withdrawWithheldAuthority": _optional_key(value, 32),
        "withheldAmount": uint(value, 64, 8),
    }


def _default_state(value: bytes) -> dict[str, Any]:
    return {"accountState": ("uninitialized", "initialized", "frozen")[value[0]]}


_MINT_EXTENSIONS: Final = {
    1: (108, "transferFeeConfig", _transfer_fee_config),
    3: (32, "mintCloseAuthority", lambda value: {"closeAuthority": _optional_key(value, 0)}),
    6: (1, "defaultAccountState", _default_state),
    9: (0, "nonTransferable", None),
    12: (32, "permanentDelegate", lambda value: {"delegate": _optional_key(value, 0)}),
    14: (
        64,
        "transferHook",
        lambda value: {"authority": _optional_key(value, 0), "programId": _optional_key(value, 32)},
    ),
    18: (
        64,
        "metadataPointer",
        lambda value: {"authority": _optional_key(value, 0), "metadataAddress": _optional_key(value, 32)},
    ),
}
"""Extension type -> length, name, state. Layouts: spl-token-2022, reference pools.md section 13."""

_HOLDING_EXTENSIONS: Final = {
    2: (8, "transferFeeAmount", lambda value: {"withheldAmount": uint(value, 0, 8)}),
    7: (0, "immutableOwner", None),
    13: (0, "nonTransferableAccount", None),
    15: (1, "transferHookAccount", lambda value: {"transferring": value[0] != 0}),
}


def _mint_extension(kind: int, value: bytes) -> dict[str, Any]:
    return _extension(_MINT_EXTENSIONS, kind, value)


def _holding_extension(kind: int, value: bytes) -> dict[str, Any]:
    return _extension(_HOLDING_EXTENSIONS, kind, value)


def _extension(table: dict[int, Any], kind: int, value: bytes) -> dict[str, Any]:
    size, name, state = table.get(kind, (-1, "", None))
    if len(value) != size:
        return dict(_UNPARSED)
    return {"extension": name} if state is None else {"extension": name, "state": state(value)}
