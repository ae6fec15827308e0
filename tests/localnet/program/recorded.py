"""Reading recorded transactions, and what of an outcome is compared with them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

if TYPE_CHECKING:
    from tests.localnet.program.svm_bench import Outcome

Recording = dict[str, Any]


def comparable(logs: Any) -> list[str]:
    """Log lines without what depends on the compiler: units, and the source file named in an error."""
    lines = [line for line in logs if " consumed " not in line]
    return [
        f"Program log: AnchorError {line[line.index('Error Code:') :]}" if "AnchorError" in line else line
        for line in lines
    ]


Inner = tuple[int, list[int], bytes, int]


def base58_bytes(text: str) -> bytes:
    value = 0
    for letter in text:
        value = value * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8, "big")


def inner_of(outcome: Outcome) -> list[Inner]:
    flat = [inner for group in outcome.meta.inner_instructions() for inner in group]
    calls = [(inner.instruction(), inner.stack_height()) for inner in flat]
    return [(call.program_id_index, list(call.accounts), bytes(call.data), height) for call, height in calls]


def recorded_inner(recording: Recording) -> list[Inner]:
    groups = recording["result"]["meta"]["innerInstructions"]
    flat = [inner for group in groups for inner in group["instructions"]]
    return [
        (inner["programIdIndex"], inner["accounts"], base58_bytes(inner["data"]), inner["stackHeight"])
        for inner in flat
    ]


@dataclass(frozen=True, slots=True)
class Call:
    """One instruction of a recorded transaction, addresses resolved; ``height`` 1 at the top."""

    program: Pubkey
    accounts: tuple[Pubkey, ...]
    data: bytes
    height: int


def resolved_keys(recording: Recording) -> list[Pubkey]:
    """Every address of the transaction, those from lookup tables at the end."""
    result = recording["result"]
    loaded = result["meta"].get("loadedAddresses") or {}
    if "wire_base64" in recording:
        wire = base64.b64decode(recording["wire_base64"])
        keys = [str(key) for key in VersionedTransaction.from_bytes(wire).message.account_keys]
    else:
        keys = result["transaction"]["message"]["accountKeys"]
        if isinstance(keys[0], dict):
            return [Pubkey.from_string(key["pubkey"]) for key in keys]
    return [Pubkey.from_string(key) for key in keys + loaded.get("writable", []) + loaded.get("readonly", [])]


def calls_of(recording: Recording) -> list[Call]:
    """Every instruction in the order of execution; what a node gave in parsed form is left out."""
    keys = resolved_keys(recording)
    inner = {
        group["index"]: group["instructions"] for group in recording["result"]["meta"]["innerInstructions"]
    }
    calls = []
    for index, (program, accounts, data) in enumerate(_top_level(recording)):
        calls.append(_call(keys, program, accounts, data, 1))
        raw = [one for one in inner.get(index, []) if "data" in one]
        calls.extend(_call(keys, *_raw(one), one["stackHeight"]) for one in raw)
    return calls


def _top_level(recording: Recording) -> list[tuple[Any, list[Any], bytes]]:
    if "wire_base64" in recording:
        message = VersionedTransaction.from_bytes(base64.b64decode(recording["wire_base64"])).message
        return [
            (call.program_id_index, list(call.accounts), bytes(call.data)) for call in message.instructions
        ]
    instructions = recording["result"]["transaction"]["message"]["instructions"]
    return [_raw(one) if "data" in one else (one["programId"], [], b"") for one in instructions]


def _raw(instruction: Recording) -> tuple[Any, list[Any], bytes]:
    program = instruction.get("programIdIndex", instruction.get("programId"))
    return program, instruction["accounts"], base58_bytes(instruction["data"])


def _call(keys: list[Pubkey], program: Any, accounts: list[Any], data: bytes, height: int) -> Call:
    def at(place: Any) -> Pubkey:
        return keys[place] if isinstance(place, int) else Pubkey.from_string(place)

    return Call(at(program), tuple(at(place) for place in accounts), data, height)


def within(calls: list[Call], number: int) -> list[Call]:
    """What the instruction with this number called, directly or not; heights from 2 on."""
    outer, found = calls[number], []
    for call in calls[number + 1 :]:
        if call.height <= outer.height:
            break
        found.append(replace(call, height=call.height - outer.height + 1))
    return found


def executed(outcome: Outcome, keys: list[Pubkey]) -> list[Call]:
    """The inner instructions of a transaction that ran here."""
    return [
        Call(keys[program], tuple(keys[place] for place in accounts), data, height)
        for program, accounts, data, height in inner_of(outcome)
    ]
