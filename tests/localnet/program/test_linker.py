"""The linker on small objects made by hand, and on the real one when the compiler is there."""

from __future__ import annotations

import struct

import pytest

from sniperforge.localnet.program.linker import CODE_ADDRESS, LinkError, link, murmur3_32

EXIT = bytes((0x95,)) + bytes(7)
LDDW = bytes((0x18, 1)) + bytes(14)
CALL = bytes((0x85, 0x10)) + bytes(2) + b"\xff\xff\xff\xff"
PROGBITS, SYMTAB, STRTAB, RELA, NOBITS, REL = 1, 2, 3, 4, 8, 9
WRITE, ALLOC, EXECUTE = 1, 2, 4
SECTION_CODE, SECTION_DATA = 1, 2


def strings(names: list[str]) -> tuple[bytes, dict[str, int]]:
    table, offsets = b"\0", {"": 0}
    for name in names:
        offsets[name] = len(table)
        table += name.encode() + b"\0"
    return table, offsets


def make_object(
    code: bytes,
    data: bytes = b"",
    *,
    symbols: list[tuple[str, int, int]] | None = None,
    relocations: list[tuple[int, int, int]] | None = None,
    data_relocations: list[tuple[int, int, int]] | None = None,
    data_flags: int = ALLOC,
    data_kind: int = PROGBITS,
    addends: list[int] | None = None,
    machine: int = 247,
) -> bytes:
    """An ELF object: .text, .rodata, symbols ``(name, section, value)``, relocations ``(at, symbol, type)``."""
    named = [("", 0, 0), *(symbols or [("entrypoint", SECTION_CODE, 0)])]
    table, offsets = strings([name for name, _, _ in named])
    entries = b"".join(
        struct.pack("<IBBHQQ", offsets[name], 0x12, 0, at, value, 0) for name, at, value in named
    )
    rows = relocations or []
    if addends is None:
        relocated = b"".join(struct.pack("<QQ", at, symbol << 32 | kind) for at, symbol, kind in rows)
    else:
        pairs = zip(rows, addends, strict=True)
        relocated = b"".join(
            struct.pack("<QQq", at, symbol << 32 | kind, add) for (at, symbol, kind), add in pairs
        )
    data_rows = b"".join(
        struct.pack("<QQ", at, symbol << 32 | kind) for at, symbol, kind in data_relocations or []
    )
    sections = [
        ("", 0, 0, b"", 0, 0),
        (".text", PROGBITS, ALLOC | EXECUTE, code, 0, 0),
        (".rodata", data_kind, data_flags, data, 0, 0),
        (".strtab", STRTAB, 0, table, 0, 0),
        (".symtab", SYMTAB, 0, entries, 3, 1),
        (".rel.text", RELA if addends is not None else REL, 0, relocated, 4, SECTION_CODE),
        (".rel.rodata", REL, 0, data_rows, 4, SECTION_DATA),
        (".eh_frame", PROGBITS, ALLOC, b"ignored!", 0, 0),
        (".rel.eh_frame", REL, 0, struct.pack("<QQ", 0, 1 << 32 | 3), 4, 7),
    ]
    return assemble(sections, machine)


def assemble(sections: list[tuple[str, int, int, bytes, int, int]], machine: int) -> bytes:
    names, at = strings([section[0] for section in sections] + [".shstrtab"])
    sections = [*sections, (".shstrtab", STRTAB, 0, names, 0, 0)]
    body, headers = b"", b""
    for name, kind, flags, content, linked, info in sections:
        headers += struct.pack(
            "<IIQQQQIIQQ", at[name], kind, flags, 0, 64 + len(body), len(content), linked, info, 8, 0
        )
        body += content + bytes(-len(content) % 8)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    rest = (1, machine, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, len(sections), len(sections) - 1)
    return identity + struct.pack("<HHIQQQIHHHHHH", *rest) + body + headers


def segments(program: bytes) -> list[tuple[int, int, bytes]]:
    """Flags, address and bytes of each program header, checked for the loader's strict rules."""
    assert struct.unpack_from("<HHI", program, 16) == (3, 247, 1)
    (flags,) = struct.unpack_from("<I", program, 48)
    assert flags == 3
    count = struct.unpack_from("<H", program, 56)[0]
    found, end = [], 64 + 56 * count
    for index in range(count):
        kind, access, offset, address, physical, size, memory, _ = struct.unpack_from(
            "<IIQQQQQQ", program, 64 + 56 * index
        )
        assert (kind, offset, address, size) == (1, end, physical, memory)
        assert offset % 8 == size % 8 == 0
        found.append((access, address, program[offset : offset + size]))
        end = offset + size
    assert end == len(program)
    return found


def test_hash_of_a_syscall() -> None:
    """The hash is the one that the loader registers syscalls under."""
    assert murmur3_32(b"sol_log_") == 0x207559BD
    assert murmur3_32(b"") == 0
    assert murmur3_32(b"abc") == 0xB3DD93FA


def test_code_only_program() -> None:
    """Without constants there is one segment, and the entry is where its symbol is."""
    program = link(make_object(EXIT + EXIT, symbols=[("entrypoint", SECTION_CODE, 8)]))
    assert segments(program) == [(1, CODE_ADDRESS, EXIT + EXIT)]
    assert struct.unpack_from("<Q", program, 24) == (CODE_ADDRESS + 8,)


def test_constants_come_first_and_padded() -> None:
    """Read-only data lies at address 0, padded to whole words."""
    program = link(make_object(EXIT, b"hello"))
    assert segments(program) == [(4, 0, b"hello\0\0\0"), (1, CODE_ADDRESS, EXIT)]


@pytest.mark.parametrize("explicit", [False, True])
def test_constant_address_is_patched(explicit: bool) -> None:
    """A 64-bit load gets the symbol's address plus the addend, in both halves."""
    code = bytearray(LDDW + EXIT)
    if not explicit:
        struct.pack_into("<I", code, 4, 5)
    symbols = [("entrypoint", SECTION_CODE, 0), ("greeting", SECTION_DATA, 8), ("here", SECTION_CODE, 16)]
    relocations = [(0, 2, 1)]
    made = make_object(
        bytes(code), bytes(16), symbols=symbols, relocations=relocations, addends=[5] if explicit else None
    )
    assert struct.unpack_from("<I", segments(link(made))[1][2], 4) == (13,)
    made = make_object(LDDW + EXIT, bytes(16), symbols=symbols, relocations=[(0, 3, 1)], addends=[0])
    text = segments(link(made))[1][2]
    assert struct.unpack_from("<I4xI", text, 4) == (16, 1)


def test_pointer_in_constants_is_patched() -> None:
    """A table of pointers holds final addresses."""
    symbols = [("entrypoint", SECTION_CODE, 0), ("text", SECTION_DATA, 8)]
    data = struct.pack("<QQ", 3, 0)
    program = link(make_object(EXIT, data, symbols=symbols, data_relocations=[(0, 2, 2)]))
    assert segments(program)[0][2] == struct.pack("<QQ", 11, 0)


@pytest.mark.parametrize(("explicit", "target", "distance"), [(False, 16, 1), (True, 16, 1), (False, 0, -1)])
def test_call_of_a_function(explicit: bool, target: int, distance: int) -> None:
    """A call of a function holds the distance in instructions and source register 1."""
    symbols = [("entrypoint", SECTION_CODE, 0), ("other", SECTION_CODE, target)]
    code = CALL + EXIT + EXIT
    made = make_object(code, symbols=symbols, relocations=[(0, 2, 10)], addends=[0] if explicit else None)
    text = segments(link(made))[0][2]
    assert (text[1], *struct.unpack_from("<i", text, 4)) == (0x10, distance)


def test_call_of_a_section_keeps_its_offset() -> None:
    """A call by section symbol carries the target in the instruction: imm + 1 instructions into the section."""
    code = bytes((0x85, 0x10, 0, 0)) + struct.pack("<i", 1) + EXIT + EXIT
    symbols = [("entrypoint", SECTION_CODE, 0), ("", SECTION_CODE, 0)]
    text = segments(link(make_object(code, symbols=symbols, relocations=[(0, 2, 10)])))[0][2]
    assert struct.unpack_from("<i", text, 4) == (1,)


def test_call_of_a_syscall() -> None:
    """An undefined symbol that is a syscall becomes its hash with source register 0."""
    symbols = [("entrypoint", SECTION_CODE, 0), ("sol_log_", 0, 0)]
    text = segments(link(make_object(CALL + EXIT, symbols=symbols, relocations=[(0, 2, 10)])))[0][2]
    assert (text[1], *struct.unpack_from("<I", text, 4)) == (0, 0x207559BD)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (b"no elf at all", "not a little-endian"),
        (make_object(EXIT, machine=62), "not a relocatable eBPF"),
        (make_object(EXIT, b"x", data_flags=ALLOC | WRITE), "writable"),
        (make_object(EXIT, b"x", data_kind=NOBITS), "writable"),
        (make_object(EXIT, symbols=[("main", SECTION_CODE, 0)]), "no symbol 'entrypoint'"),
        (
            make_object(CALL, symbols=[("entrypoint", 1, 0), ("memcpy", 0, 0)], relocations=[(0, 2, 10)]),
            "memcpy",
        ),
        (
            make_object(LDDW, symbols=[("entrypoint", 1, 0), ("gone", 0, 0)], relocations=[(0, 2, 1)]),
            "gone: undefined",
        ),
        (
            make_object(LDDW, symbols=[("entrypoint", 1, 0), ("a", 3, 0)], relocations=[(0, 2, 1)]),
            "no loaded section",
        ),
        (
            make_object(LDDW, symbols=[("entrypoint", 1, 0), ("a", 0xFFF1, 0)], relocations=[(0, 2, 1)]),
            "no loaded",
        ),
        (make_object(EXIT, relocations=[(0, 1, 99)]), "relocation type 99"),
    ],
    ids=["text", "machine", "data", "bss", "entry", "builtin", "undefined", "unloaded", "absolute", "type"],
)
def test_what_cannot_be_linked(made: bytes, message: str) -> None:
    """Everything that the loader or the SVM could not run is refused by name."""
    with pytest.raises(LinkError, match=message):
        link(made)
