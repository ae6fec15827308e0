"""Values of a query or a JSON body, checked one by one with the words of the service's own parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import DecodeError
from sniperforge.localnet.jupiter_api.faults import bad_request, unsupported
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOLS: Final = {"true": True, "false": False}


class Fields:
    """The values of one request, by name; a query's are text, a body's whatever JSON holds.

    Args:
        where: how errors call them.
    """

    def __init__(self, values: Mapping[str, Any], where: str = "Query parameter") -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._where = where

    def has(self, name: str) -> bool:
        """Whether a value was given."""
        return name in self._values

    def refuse(self, *names: str) -> None:
        """Refuse options that cannot be honoured; ``false`` and 0 ask for nothing."""
        for name in names:
            if self._values.get(name) not in (None, False, 0, "false", "0", ""):
                raise unsupported(name)

    def text(self, name: str) -> str:
        """A required text."""
        if name not in self._values:
            raise bad_request(f"{self._where} {name} is required")
        value = self._values[name]
        if not isinstance(value, str):
            raise self._unreadable(name, "expected a string")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """A list separated by commas; empty when absent."""
        if name not in self._values:
            return ()
        return tuple(word for word in (part.strip() for part in self.text(name).split(",")) if word)

    def address(self, name: str) -> str:
        """A required address."""
        text = self.text(name)
        try:
            return str(pubkey(text))
        except DecodeError:
            raise self._unreadable(name, "Invalid Base58 string") from None

    def number(self, name: str, default: int | None = None, *, most: int = U64_MAX) -> int:
        """An unsigned integer as digits, or in a body as a number too; required without ``default``."""
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return self._in_range(name, value, most)
        text = self.text(name)
        if not (text.isascii() and text.isdigit()):
            kind = "InvalidDigit" if text else "Empty"
            raise self._unreadable(name, f"ParseIntError {{ kind: {kind} }}")
        return self._in_range(name, int(text) if len(text) <= 20 else U64_MAX + 1, most)

    def flag(self, name: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self._values.get(name, default)
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or value not in _BOOLS:
            raise self._unreadable(name, "ParseBoolError")
        return _BOOLS[value]

    def document(self, name: str) -> dict[str, Any]:
        """A required object."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise self._unreadable(name, "expected an object")
        return value

    def value(self, name: str) -> Any:
        """The value as it came; ``None`` when absent."""
        return self._values.get(name)

    def _in_range(self, name: str, value: int, most: int) -> int:
        if not 0 <= value <= most:
            raise self._unreadable(name, "ParseIntError { kind: PosOverflow }")
        return value

    def _unreadable(self, name: str, reason: str) -> Exception:
        return bad_request(f"{self._where} {name} cannot be parsed: {reason}")
