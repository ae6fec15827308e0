"""Reading parameters: positions, configuration objects, addresses. Wrong ones get a validator's errors.

Client libraries send unset options as ``null``; everywhere here ``null`` means absent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.pace import COMMITMENTS, Commitment
from sniperforge.localnet.rpc import faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

U64_MAX: Final = 2**64 - 1
_BASE58: Final = frozenset("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
_NAMES: Final = {
    str: "a string",
    int: "u64",
    bool: "a boolean",
    list: "a sequence",
    dict: "a map",
}


class DataSlice(NamedTuple):
    """Part of an account's data that a client asks for."""

    offset: int
    length: int

    def of(self, data: bytes) -> bytes:
        """That part of ``data``; empty when it lies behind the end."""
        return data[self.offset : self.offset + self.length]


def expect(value: Any, kind: type) -> Any:
    """``value`` when it is of the JSON type ``kind``; ``int`` means an unsigned 64-bit integer.

    Raises:
        RpcError: -32602, in the words of a validator's parser.
    """
    right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not right or (kind is int and not 0 <= value <= U64_MAX):
        raise faults.invalid_params(
            f"Invalid params: invalid type: {_shown(value)}, expected {_NAMES[kind]}."
        )
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, str):
        return f'string "{value[:64]}"'
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    return "sequence" if isinstance(value, list) else "map"


def parse_address(text: Any) -> Pubkey:
    """``text`` as an address.

    Raises:
        RpcError: -32602 ``Invalid param: WrongSize`` or ``Invalid``.
    """
    try:
        return Pubkey.from_string(expect(text, str))
    except ValueError:
        raise _bad_base58(text) from None


def parse_signature(text: Any) -> str:
    """``text`` when it can be a signature: base58 of 64 bytes.

    Raises:
        RpcError: -32602 ``Invalid param: WrongSize`` or ``Invalid``.
    """
    signature: str = expect(text, str)
    if not 64 <= len(signature) <= 88 or not _BASE58.issuperset(signature):
        raise _bad_base58(signature)
    return signature


def _bad_base58(text: str) -> Exception:
    return faults.invalid_params(f"Invalid param: {'WrongSize' if _BASE58.issuperset(text) else 'Invalid'}")


class Config:
    """A method's configuration object; absent ones are empty."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = {name: value for name, value in options.items() if value is not None}

    def get(self, name: str) -> Any:
        """The option as it came, ``None`` when absent."""
        return self._options.get(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean option."""
        value = self.get(name)
        return default if value is None else bool(expect(value, bool))

    def integer(self, name: str) -> int | None:
        """An unsigned integer option, ``None`` when absent."""
        value = self.get(name)
        return None if value is None else int(expect(value, int))

    def text(self, name: str, allowed: Sequence[str]) -> str | None:
        """An option that is one of ``allowed``, ``None`` when absent."""
        value = self.get(name)
        if value is None:
            return None
        if expect(value, str) not in allowed:
            raise _unknown_variant(value, allowed)
        return str(value)

    def items(self, name: str) -> list[Any]:
        """An option that is an array, empty when absent."""
        value = self.get(name)
        return [] if value is None else list(expect(value, list))

    def commitment(self, name: str = "commitment") -> Commitment:
        """The commitment asked for; finalized when the client does not say."""
        value = self.get(name)
        if value is None:
            return "finalized"
        for known in COMMITMENTS:
            if expect(value, str) == known:
                return known
        raise _unknown_variant(value, COMMITMENTS)

    def confirmed(self) -> Commitment:
        """Like :meth:`commitment`, for methods that a validator only answers from confirmed on."""
        commitment = self.commitment()
        if commitment == "processed":
            raise faults.invalid_params("Method does not support commitment below `confirmed`")
        return commitment

    def data_slice(self) -> DataSlice | None:
        """The ``dataSlice`` option, ``None`` when absent."""
        value = self.get("dataSlice")
        if value is None:
            return None
        part = expect(value, dict)
        return DataSlice(expect(part.get("offset"), int), expect(part.get("length"), int))

    def check_slot(self, slot: int) -> None:
        """Refuse when ``minContextSlot`` is later than ``slot``."""
        least = self.integer("minContextSlot")
        if least is not None and least > slot:
            raise faults.slot_not_reached(slot)


def _unknown_variant(value: str, allowed: Sequence[str]) -> Exception:
    known = ", ".join(f"`{name}`" for name in allowed)
    return faults.invalid_params(f"Invalid params: unknown variant `{value[:64]}`, expected one of {known}.")


class Params:
    """The positional parameters of one request."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def at(self, position: int) -> Any:
        """The parameter at ``position``, ``None`` when absent."""
        return self._values[position] if position < len(self._values) else None

    def text(self, position: int) -> str:
        """A string."""
        return str(expect(self.at(position), str))

    def integer(self, position: int) -> int:
        """An unsigned 64-bit integer."""
        return int(expect(self.at(position), int))

    def items(self, position: int) -> list[Any]:
        """An array."""
        return list(expect(self.at(position), list))

    def address(self, position: int) -> Pubkey:
        """An address."""
        return parse_address(self.at(position))

    def config(self, position: int) -> Config:
        """The configuration object at ``position``, empty when absent."""
        value = self.at(position)
        return Config({} if value is None else expect(value, dict))

    def encoding_or_config(self, position: int) -> Config:
        """A configuration object, or the older form: just the encoding's name."""
        value = self.at(position)
        return Config({"encoding": value}) if isinstance(value, str) else self.config(position)
