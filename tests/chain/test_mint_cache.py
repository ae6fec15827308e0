"""A mint is asked for once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from sniperforge.chain.mint_cache import MintCache
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.errors import StorageError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc
from sniperforge.tokens.mint_facts import MintFacts

FACTS = MintFacts(TOKEN_PROGRAM, 6)
_CLOSE_AUTHORITY = 3


class Record:
    """Facts in a dictionary, with a disk that may be full."""

    def __init__(self, *, broken: bool = False) -> None:
        self.rows: dict[str, MintFacts] = {}
        self.broken = broken

    def known(self, addresses: Sequence[str]) -> dict[str, MintFacts]:
        self._check()
        return {key: self.rows[key] for key in addresses if key in self.rows}

    def remember(self, mints: Mapping[str, MintFacts]) -> None:
        self._check()
        self.rows |= mints

    def _check(self) -> None:
        if self.broken:
            raise StorageError("disk full")


def mint(*, closable: bool = False) -> dict[str, Any]:
    """A mint's account as a node writes it."""
    data = bytes(44) + bytes([6, 1]) + bytes(36)
    if closable:
        extension = _CLOSE_AUTHORITY.to_bytes(2, "little") + (32).to_bytes(2, "little") + bytes(32)
        data += bytes(83) + b"\x01" + extension
    owner = TOKEN_2022_PROGRAM if closable else TOKEN_PROGRAM
    return {"owner": owner, "lamports": 1, "data": [b64encode(data).decode(), "base64"]}


def chain(final: Mapping[str, Any], young: Mapping[str, Any] | None = None) -> FakeRpc:
    """A node that shows ``final`` at any commitment, and ``young`` ones as confirmed only."""

    def answer(params: Any) -> Any:
        shown = final if params[1]["commitment"] == "finalized" else {**final, **(young or {})}
        return {"context": {"slot": 5}, "value": [shown.get(key) for key in params[0]]}

    return FakeRpc({"getMultipleAccounts": answer})


def cache(fake: FakeRpc, record: Record | None = None, **limits: int) -> MintCache:
    """A cache on that node."""
    return MintCache(RpcClient(fake, FakeClock(), retry=NO_RETRY), record, **limits)


def asked(fake: FakeRpc) -> list[tuple[list[str], str]]:
    """Addresses and commitment of each read."""
    return [(params[0], params[1]["commitment"]) for params in fake.params("getMultipleAccounts")]


async def test_a_final_mint_is_read_once() -> None:
    """By one process, and by the next one that shares the record."""
    fake, record = chain({"A": mint()}), Record()
    first = cache(fake, record)
    assert await first.facts(["A"]) == await first.facts(["A"]) == {"A": FACTS}
    assert await cache(fake, record).facts(["A"]) == {"A": FACTS}
    assert asked(fake) == [(["A"], "finalized")]


async def test_what_may_still_change_is_read_each_time() -> None:
    """A mint that is not final, one that can be closed, and none at all."""
    record = Record()
    fake = chain({"C": mint(closable=True), "X": mint() | {"owner": "1" * 32}}, {"Y": mint()})
    one = cache(fake, record)
    expected = {"C": MintFacts(TOKEN_2022_PROGRAM, 6), "X": None, "Y": FACTS, "N": None}
    assert await one.facts(list(expected)) == await one.facts(list(expected)) == expected
    assert asked(fake) == [(["C", "X", "Y", "N"], "finalized"), (["X", "Y", "N"], "confirmed")] * 2
    assert record.rows == {}


async def test_a_broken_record_costs_reads_only() -> None:
    """Memory still serves."""
    fake = chain({"A": mint()})
    one = cache(fake, Record(broken=True))
    assert await one.facts(["A"]) == await one.facts(["A"]) == {"A": FACTS}
    assert len(asked(fake)) == 1


async def test_memory_is_bounded() -> None:
    """The oldest go; without a record they are read again."""
    fake = chain({"A": mint(), "B": mint()})
    one = cache(fake, limit=1)
    for name in "ABA":
        await one.facts([name])
    assert [keys for keys, _ in asked(fake)] == [["A"], ["B"], ["A"]]
    assert await one.facts([]) == {}
