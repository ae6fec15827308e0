"""``jsonParsed`` of mints, token accounts and nonces."""

from __future__ import annotations

import struct
from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.localnet.rpc.parsed_accounts import parse_account, ui_amount
from tests.localnet.kit import Bench, address, holding, mint

VM = Bench().ledger.vm
T22 = Pubkey.from_string(TOKEN_2022_PROGRAM)
MINT, OWNER = address(1), address(2)


def parse(data: bytes, owner: str = TOKEN_PROGRAM) -> Any:
    return parse_account(VM, address(9), Account(1, data, Pubkey.from_string(owner)))


def extended(base: bytes, kind: int, *extensions: tuple[int, bytes]) -> bytes:
    listed = b"".join(struct.pack("<HH", number, len(body)) + body for number, body in extensions)
    return base.ljust(165, b"\0") + bytes([kind]) + listed


def test_amounts() -> None:
    """Exact as text, approximate as a number."""
    assert ui_amount(1_500_000, 6) == {
        "amount": "1500000",
        "decimals": 6,
        "uiAmount": 1.5,
        "uiAmountString": "1.5",
    }
    assert ui_amount(7, 0)["uiAmount"] == 7.0


def test_a_mint() -> None:
    """Authorities, decimals, supply."""
    parsed = parse(mint(MINT, decimals=6, supply=10**19 // 2, authority=OWNER).data)
    assert parsed == {
        "program": "spl-token",
        "parsed": {
            "info": {
                "decimals": 6,
                "freezeAuthority": None,
                "isInitialized": True,
                "mintAuthority": OWNER,
                "supply": str(10**19 // 2),
            },
            "type": "mint",
        },
        "space": 82,
    }


def test_a_token_account() -> None:
    """Amount with the mint's decimals, state, and the options only when set."""
    VM.put(
        Pubkey.from_string(MINT), Account(1, mint(MINT, decimals=3).data, Pubkey.from_string(TOKEN_PROGRAM))
    )
    info = parse(holding(address(3), MINT, OWNER, 1_500).data)["parsed"]["info"]
    assert info == {
        "isNative": False,
        "mint": MINT,
        "owner": OWNER,
        "state": "initialized",
        "tokenAmount": ui_amount(1_500, 3),
    }


def test_options_of_a_token_account() -> None:
    """Delegate, native reserve, close authority, frozen."""
    keys = bytes(Pubkey.from_string(MINT)) + bytes(Pubkey.from_string(OWNER))
    delegate = bytes(Pubkey.from_string(address(4)))
    data = keys + struct.pack("<QI32sBIQQI32s", 5, 1, delegate, 2, 1, 2_039_280, 2, 1, delegate)
    info = parse(data)["parsed"]["info"]
    assert (info["delegate"], info["delegatedAmount"]["amount"]) == (address(4), "2")
    assert (info["isNative"], info["rentExemptReserve"]["amount"]) == (True, "2039280")
    assert (info["closeAuthority"], info["state"]) == (address(4), "frozen")


def test_extensions_of_a_mint() -> None:
    """Those that matter are read; others, and broken ones, are said to be unreadable."""
    key = bytes(Pubkey.from_string(OWNER))
    fee = key + bytes(32) + struct.pack("<QQQHQQH", 9, 1, 100, 5, 2, 200, 10)
    data = extended(
        mint(MINT).data,
        1,
        (1, fee),
        (3, key),
        (6, b"\x02"),
        (9, b""),
        (12, key),
        (14, key + bytes(32)),
        (18, bytes(32) + key),
        (10, bytes(52)),
    )
    parsed = parse(data, TOKEN_2022_PROGRAM)
    assert parsed["program"] == "spl-token-2022"
    assert parsed["parsed"]["info"]["extensions"] == [
        {
            "extension": "transferFeeConfig",
            "state": {
                "newerTransferFee": {"epoch": 2, "maximumFee": 200, "transferFeeBasisPoints": 10},
                "olderTransferFee": {"epoch": 1, "maximumFee": 100, "transferFeeBasisPoints": 5},
                "transferFeeConfigAuthority": OWNER,
                "withdrawWithheldAuthority": None,
                "withheldAmount": 9,
            },
        },
        {"extension": "mintCloseAuthority", "state": {"closeAuthority": OWNER}},
        {"extension": "defaultAccountState", "state": {"accountState": "frozen"}},
        {"extension": "nonTransferable"},
        {"extension": "permanentDelegate", "state": {"delegate": OWNER}},
        {"extension": "transferHook", "state": {"authority": OWNER, "programId": None}},
        {"extension": "metadataPointer", "state": {"authority": None, "metadataAddress": OWNER}},
        {"extension": "unparseableExtension"},
    ]


def test_extensions_of_a_token_account() -> None:
    """Withheld fees and markers."""
    base = holding(address(3), MINT, OWNER, 1).data
    data = extended(base, 2, (2, struct.pack("<Q", 77)), (7, b""), (13, b""), (15, b"\x01"), (2, b"short"))
    info = parse(data, TOKEN_2022_PROGRAM)["parsed"]["info"]
    assert info["extensions"] == [
        {"extension": "transferFeeAmount", "state": {"withheldAmount": 77}},
        {"extension": "immutableOwner"},
        {"extension": "nonTransferableAccount"},
        {"extension": "transferHookAccount", "state": {"transferring": True}},
        {"extension": "unparseableExtension"},
    ]


def test_a_nonce() -> None:
    """Authority and value."""
    data = struct.pack("<II32s32sQ", 1, 1, bytes(Pubkey.from_string(OWNER)), bytes([7]) * 32, 5_000)
    assert parse(data, "1" * 32)["parsed"] == {
        "info": {
            "authority": OWNER,
            "blockhash": str(Hash.from_bytes(bytes([7]) * 32)),
            "feeCalculator": {"lamportsPerSignature": "5000"},
        },
        "type": "initialized",
    }


def test_what_cannot_be_parsed_is_not() -> None:
    """Unknown owners, and token accounts whose bytes are broken."""
    assert parse(b"abc", address(5)) is None
    broken = bytearray(holding(address(3), MINT, OWNER, 1).data)
    broken[72] = 9
    assert parse(bytes(broken)) is None


def test_a_lookup_table() -> None:
    """Slots as text, addresses in order, the authority when there is one; an empty one is uninitialized."""
    table = "AddressLookupTab1e1111111111111111111111111"
    keys = [bytes(Pubkey.from_string(address(number))) for number in (5, 6)]
    head = struct.pack("<IQQBB32s2x", 1, 2**64 - 1, 77, 3, 1, keys[0])
    parsed = parse(head + b"".join(keys), table)
    assert (parsed["program"], parsed["parsed"]["type"]) == ("address-lookup-table", "lookupTable")
    assert parsed["parsed"]["info"] == {
        "deactivationSlot": str(2**64 - 1),
        "lastExtendedSlot": "77",
        "lastExtendedSlotStartIndex": 3,
        "addresses": [address(5), address(6)],
        "authority": address(5),
    }
    frozen = parse(head[:21] + bytes(35), table)
    assert "authority" not in frozen["parsed"]["info"]
    assert parse(bytes(56), table)["parsed"] == {"type": "uninitialized"}
    assert parse(b"", table)["parsed"] == {"type": "uninitialized"}
