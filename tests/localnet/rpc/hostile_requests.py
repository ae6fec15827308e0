"""Requests that no well-meaning client sends, endless and the same for a seed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from solders.message import to_bytes_versioned

from sniperforge.domain import base58
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.pubsub.subscription import SUBSCRIBE, UNSUBSCRIBE
from sniperforge.localnet.rpc.dispatcher import METHODS
from tests.localnet.kit import SOL, Bench, address, base64_of, holding, mint, pay

if TYPE_CHECKING:
    from collections.abc import Iterator

MINT, HOLDING = address(70), address(71)
ACCOUNTS = (mint(MINT, supply=5, authority=address(1)), holding(HOLDING, MINT, address(2), 5))

OPTIONS: dict[str, list[Any]] = {
    "commitment": ["processed", "confirmed", "finalized", "max", 7],
    "encoding": ["base58", "base64", "base64+zstd", "jsonParsed", "binary", "json", "base65"],
    "minContextSlot": [0, 435_888_000, 2**63, -1],
    "dataSlice": [{"offset": 0, "length": 4}, {"offset": 2**64 - 1, "length": 2**64 - 1}, {"offset": -1}],
    "filters": [[{"dataSize": 165}], [{"memcmp": {"offset": 0, "bytes": "1"}}], ["tokenAccountState"], [{}]],
    "maxSupportedTransactionVersion": [0, 1, 255, "0"],
    "transactionDetails": ["full", "accounts", "signatures", "none"],
    "accounts": [{"addresses": [address(1)], "encoding": "jsonParsed"}, {"addresses": ["x"]}, []],
    "range": [{"firstSlot": 435_888_000}, {"firstSlot": 2**64 - 1, "lastSlot": 0}, {}],
    "limit": [0, 1, 1_000, 2**70],
    "before": ["1" * 64, "1", 5],
    "identity": [address(1), "l"],
    "skipPreflight": [True, False, "yes"],
    "sigVerify": [True, False],
    "replaceRecentBlockhash": [True, False],
    "innerInstructions": [True],
    "searchTransactionHistory": [True],
    "enableReceivedNotification": [True],
    "withContext": [True],
    "sortResults": [False],
}

SCALARS: list[Any] = [
    *(None, True, False, 0, 1, -1, 255, 256, 2**31, 2**53 + 1, 2**63, 2**64 - 1, 2**64, -(2**63), 10**40),
    *(
        0.5,
        -0.0,
        1e308,
        "",
        "0",
        "1",
        "all",
        "mentions",
        "é" * 40,
        "\u0000",
        "\\",
        "1" * 44,
        "1" * 88,
        "z" * 44,
    ),
    *(address(1), MINT, HOLDING, "Infinity", "x" * 2_000),
]


class HostileRequests:
    """A stream of request bodies around what a network knows: its accounts, slots and signatures.

    Args:
        bench: the network that they are for.
        seed: makes the stream.
    """

    def __init__(self, bench: Bench, seed: int) -> None:
        self._random = random.Random(seed)
        self._bench = bench
        record = bench.pay(address(2))
        self._signature = record.signature
        bench.ledger.advance(2)
        raw = bench.sign([pay(bench.payer, address(3), SOL)])
        message = to_bytes_versioned(open_envelope(raw).message)
        self._wire = [base64_of(raw), base58.encode(raw), base64_of(message), base64_of(record.envelope.raw)]
        recorded = list(self._recordings())
        self._recorded = [*recorded, *recorded[-22:] * 5]

    def bodies(self, count: int) -> Iterator[bytes]:
        """``count`` bodies."""
        for _ in range(count):
            yield self._random.choice(
                (
                    self._typical,
                    self._typical,
                    self._spoiled,
                    self._spoiled,
                    self._damaged,
                    self._deep,
                    self._batch,
                )
            )()

    def _recordings(self) -> Iterator[tuple[str, list[Any]]]:
        slot = self._bench.ledger.chain.tip.slot
        blockhash = self._bench.ledger.chain.tip.blockhash
        for method in [*METHODS, *SUBSCRIBE, *UNSUBSCRIBE, "voteSubscribe", "nonsense", ""]:
            needed = METHODS[method].required if method in METHODS else 1
            yield method, [address(1)][:needed]
            yield method, [slot - 1, slot][:needed]
        for method in ("getAccountInfo", "getTokenAccountBalance", "getTokenSupply", "accountSubscribe"):
            for where in (MINT, HOLDING, address(2)):
                yield method, [where]
        for encoding, wire in (
            ("base64", self._wire[0]),
            ("base58", self._wire[1]),
            ("base64", self._wire[3]),
        ):
            yield "sendTransaction", [wire, {"encoding": encoding}]
            yield "simulateTransaction", [wire, {"encoding": encoding, "sigVerify": True}]
        yield "getFeeForMessage", [self._wire[2]]
        yield "getSignatureStatuses", [[self._signature, "1" * 64]]
        yield (
            "getTransaction",
            [self._signature, {"encoding": "jsonParsed", "maxSupportedTransactionVersion": 0}],
        )
        yield "getMultipleAccounts", [[MINT, HOLDING]]
        yield "getTokenAccountsByOwner", [address(2), {"mint": MINT}]
        yield "isBlockhashValid", [blockhash]
        yield "requestAirdrop", [address(5), 1]
        yield "blockSubscribe", [{"mentionsAccountOrProgram": address(2)}]
        yield "logsSubscribe", [{"mentions": [address(2)]}]
        yield "signatureSubscribe", [self._signature]

    def _request(self) -> dict[str, Any]:
        method, params = self._random.choice(self._recorded)
        params = json.loads(json.dumps(params))
        full = method in METHODS and len(params) >= METHODS[method].allowed
        if self._random.random() < (0.1 if full else 0.6):
            names = self._random.sample(list(OPTIONS), self._random.randint(0, 2))
            params.append({name: self._random.choice(OPTIONS[name]) for name in names})
        return {"jsonrpc": "2.0", "id": self._random.randint(0, 9), "method": method, "params": params}

    def _typical(self) -> bytes:
        return json.dumps(self._request()).encode()

    def _spoiled(self) -> bytes:
        request = self._request()
        for _ in range(self._random.randint(1, 3)):
            self._spoil(request)
        return json.dumps(request).encode()

    def _spoil(self, node: Any) -> None:
        """Change something in ``node``, most often deep inside."""
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not places:
            return
        place = self._random.choice(places)
        if isinstance(node[place], dict | list) and node[place] and self._random.random() < 0.8:
            self._spoil(node[place])
        elif self._random.random() < 0.15:
            del node[place]
        else:
            node[place] = self._value(3)

    def _value(self, depth: int) -> Any:
        kind = self._random.random()
        if depth and kind < 0.15:
            return [self._value(depth - 1) for _ in range(self._random.randint(0, 4))]
        if depth and kind < 0.3:
            names = self._random.sample([*OPTIONS, "mint", "programId", "memcmp", "bytes", "x"], 3)
            return {name: self._value(depth - 1) for name in names}
        return self._random.choice(SCALARS)

    def _damaged(self) -> bytes:
        """Bytes lost, changed, doubled."""
        body = bytearray(self._typical())
        for _ in range(self._random.randint(1, 4)):
            start = self._random.randrange(len(body))
            end = min(len(body), start + self._random.randint(1, 12))
            piece = self._random.choice(
                (
                    b"",
                    self._random.randbytes(end - start),
                    bytes(body[start:end]) * 2,
                    b'"',
                    b"}",
                    b"[",
                    b"\xed\xa0\x80",
                )
            )
            body[start:end] = piece
            body = body or bytearray(b" ")
        return bytes(body)

    def _deep(self) -> bytes:
        """Nested far beyond what a parser likes, alone or as a parameter."""
        depth = self._random.choice((2, 60, 900, 1_100, 20_000))
        nest = b"[" * depth + b"]" * depth
        if self._random.random() < 0.5:
            nest = b'{"a":' * depth + b"1" + b"}" * depth
        if self._random.random() < 0.3:
            return nest
        method = self._random.choice(list(METHODS)).encode()
        return b'{"jsonrpc":"2.0","id":1,"method":"%b","params":[%b]}' % (method, nest)

    def _batch(self) -> bytes:
        many: list[Any] = [self._request() for _ in range(self._random.randint(0, 3))]
        many += [self._value(2) for _ in range(self._random.randint(0, 2))]
        return json.dumps(many).encode()
