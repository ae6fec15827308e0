"""Links one eBPF relocatable object into an SBPF version 3 program file. Reads and writes ELF only.

The version 3 loader takes no sections, symbols or relocations: two segments, read-only data at address 0
and code at 2**32, after one ELF header and two program headers (solana-sbpf, ``load_with_strict_parser``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE_ADDRESS: Final = 1 << 32
MACHINE_BPF: Final = 247
SBPF_VERSION: Final = 3
IGNORED_SECTIONS: Final = (".eh_frame", ".llvm_addrsig", ".BTF", ".debug", ".note", ".comment")

SYSCALLS: Final = frozenset(
    {
        "sol_get_clock_sysvar",
        "sol_get_rent_sysvar",
        "sol_get_return_data",
        "sol_invoke_signed_c",
        "sol_log_",
        "sol_log_data",
        "sol_set_return_data",
        "sol_try_find_program_address",
    }
)
"""What an undefined symbol may name; anything else is a compiler builtin that the SVM does not have."""

_PROGBITS, _SYMTAB, _RELA, _NOBITS, _REL = 1, 2, 4, 8, 9
_WRITE, _ALLOC, _EXECUTE = 1, 2, 4


class LinkError(DecodeError):
    """The object holds something that an SBPF version 3 program cannot."""


@dataclass(slots=True)
class _Section:
    name: str
    kind: int
    flags: int
    data: bytearray
    link: int
    info: int
    align: int
    address: int | None = None


@dataclass(frozen=True, slots=True)
class _Symbol:
    name: str
    section: int
    value: int


@dataclass(frozen=True, slots=True)
class _Patch:
    section: _Section
    at: int
    symbol: _Symbol
    addend: int | None  # None: it is stored at the place itself


@dataclass(slots=True)
class _Object:
    sections: list[_Section] = field(default_factory=list)
    symbols: list[_Symbol] = field(default_factory=list)


def murmur3_32(data: bytes) -> int:
    """MurmurHash3 with 32 bits and seed 0: the number by which code names a syscall."""
    state = 0
    tail = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[:tail]):
        state = (_rotate(state ^ _scramble(word), 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    state ^= _scramble(int.from_bytes(data[tail:], "little")) ^ len(data)
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return state ^ (state >> 16)


def link(relocatable: bytes, entry: str = "entrypoint") -> bytes:
    """The program file for one relocatable object.

    Raises:
        LinkError: not such an object, writable data, an unknown relocation or an undefined symbol that is
            no syscall, or no symbol ``entry``.
    """
    obj = _read(relocatable)
    code = _place(obj, _EXECUTE, CODE_ADDRESS)
    constants = _place(obj, 0, 0)
    for section in obj.sections:
        if section.kind in (_REL, _RELA) and obj.sections[section.info].address is not None:
            _relocate(obj, section)
    text, rodata = _join(code), _join(constants)
    return _program(text, rodata, _entry_address(obj, entry))


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF


def _scramble(word: int) -> int:
    return _rotate((word * 0xCC9E2D51) & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF


def _read(raw: bytes) -> _Object:
    if len(raw) < 64 or raw[:6] != b"\x7fELF\x02\x01":
        raise LinkError("not a little-endian 64-bit ELF file")
    kind, machine = struct.unpack_from("<HH", raw, 16)
    if kind != 1 or machine != MACHINE_BPF:
        raise LinkError(f"not a relocatable eBPF object (type {kind}, machine {machine})")
    (table,) = struct.unpack_from("<Q", raw, 40)
    size, count, names = struct.unpack_from("<HHH", raw, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", raw, table + size * index) for index in range(count)]
    strings = raw[headers[names][4] :]
    obj = _Object([_section(raw, header, strings) for header in headers])
    for section in obj.sections:
        if section.kind == _SYMTAB:
            obj.symbols = [
                _symbol(entry, obj.sections[section.link]) for entry in _entries(section, "<IBBHQQ")
            ]
    return obj


def _section(raw: bytes, header: tuple[int, ...], strings: bytes) -> _Section:
    name, kind, flags, _, offset, size, link_to, info, align, _ = header
    data = bytearray(size) if kind == _NOBITS else bytearray(raw[offset : offset + size])
    return _Section(_text(strings, name), kind, flags, data, link_to, info, max(align, 1))


def _text(strings: bytes | bytearray, offset: int) -> str:
    return bytes(strings[offset : strings.index(0, offset)]).decode()


def _entries(section: _Section, form: str) -> Iterator[tuple[int, ...]]:
    return struct.iter_unpack(form, bytes(section.data))


def _symbol(entry: tuple[int, ...], strings: _Section) -> _Symbol:
    name, _, _, section, value, _ = entry
    return _Symbol(_text(strings.data, name), section, value)


def _place(obj: _Object, execute: int, start: int) -> list[_Section]:
    """Gives addresses to the loaded sections that are code (or not), in file order."""
    placed = []
    address = start
    for section in obj.sections:
        if not section.flags & _ALLOC or section.name.startswith(IGNORED_SECTIONS) or not section.data:
            continue
        if section.flags & _WRITE or section.kind == _NOBITS:
            raise LinkError(f"{section.name}: a program cannot have writable data")
        if section.kind == _PROGBITS and section.flags & _EXECUTE == execute:
            section.address = address = _round_up(address, max(section.align, 8))
            address += len(section.data)
            placed.append(section)
    return placed


def _round_up(value: int, step: int) -> int:
    return -(-value // step) * step


def _relocate(obj: _Object, table: _Section) -> None:
    explicit = table.kind == _RELA
    for entry in _entries(table, "<QQq" if explicit else "<QQ"):
        symbol = obj.symbols[entry[1] >> 32]
        patch = _Patch(obj.sections[table.info], entry[0], symbol, entry[2] if explicit else None)
        kind = entry[1] & 0xFFFFFFFF
        if kind not in _PATCHES:
            raise LinkError(f"{patch.section.name}+{patch.at:#x}: relocation type {kind} is not known")
        _PATCHES[kind](obj, patch)


def _patch_lddw(obj: _Object, patch: _Patch) -> None:
    """A 64-bit constant in two instruction slots: low half at +4, high half at +12."""
    data, at = patch.section.data, patch.at
    (low,), (high,) = struct.unpack_from("<I", data, at + 4), struct.unpack_from("<I", data, at + 12)
    value = _address(obj, patch.symbol) + (low | high << 32 if patch.addend is None else patch.addend)
    struct.pack_into("<I", data, at + 4, value & 0xFFFFFFFF)
    struct.pack_into("<I", data, at + 12, value >> 32 & 0xFFFFFFFF)


def _patch_word(obj: _Object, patch: _Patch) -> None:
    """A 64-bit pointer in read-only data."""
    (stored,) = struct.unpack_from("<Q", patch.section.data, patch.at)
    value = _address(obj, patch.symbol) + (stored if patch.addend is None else patch.addend)
    struct.pack_into("<Q", patch.section.data, patch.at, value & (1 << 64) - 1)


def _patch_call(obj: _Object, patch: _Patch) -> None:
    """A call: to a syscall by hash with source register 0, to a function by distance with source 1."""
    data, at, symbol = patch.section.data, patch.at, patch.symbol
    data[at + 1] &= 0x0F
    if symbol.section == 0:
        if symbol.name not in SYSCALLS:
            raise LinkError(f"{symbol.name}: undefined and no syscall")
        struct.pack_into("<I", data, at + 4, murmur3_32(symbol.name.encode()))
        return
    (stored,) = struct.unpack_from("<i", data, at + 4)
    offset = (stored + 1) * 8 if patch.addend is None else patch.addend
    distance = (_address(obj, symbol) + offset - (patch.section.address or 0) - at) // 8 - 1
    data[at + 1] |= 0x10
    struct.pack_into("<i", data, at + 4, distance)


_PATCHES: Final = {1: _patch_lddw, 2: _patch_word, 10: _patch_call}
"""By relocation type of the eBPF psABI: R_BPF_64_64, R_BPF_64_ABS64, R_BPF_64_32."""


def _address(obj: _Object, symbol: _Symbol) -> int:
    if symbol.section == 0:
        raise LinkError(f"{symbol.name}: undefined")
    section = obj.sections[symbol.section] if symbol.section < len(obj.sections) else None
    if section is None or section.address is None:
        raise LinkError(f"{symbol.name or 'symbol'}: lies in no loaded section")
    return section.address + symbol.value


def _join(sections: list[_Section]) -> bytes:
    out = bytearray()
    for section in sections:
        out += bytes(_round_up(len(out), max(section.align, 8)) - len(out)) + section.data
    return bytes(out) + bytes(-len(out) % 8)


def _entry_address(obj: _Object, entry: str) -> int:
    for symbol in obj.symbols:
        if symbol.name == entry and symbol.section:
            return _address(obj, symbol)
    raise LinkError(f"no symbol {entry!r} to start at")


def _program(text: bytes, rodata: bytes, start: int) -> bytes:
    segments = [(4, 0, rodata), (1, CODE_ADDRESS, text)] if rodata else [(1, CODE_ADDRESS, text)]
    offset = 64 + 56 * len(segments)
    headers = b""
    for flags, address, data in segments:
        headers += struct.pack("<IIQQQQQQ", 1, flags, offset, address, address, len(data), len(data), 0)
        offset += len(data)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    rest = (3, MACHINE_BPF, 1, start, 64, 0, SBPF_VERSION, 64, 56, len(segments), 64, 0, 0)
    return identity + struct.pack("<HHIQQQIHHHHHH", *rest) + headers + rodata + text
