"""JSON-RPC over a scripted transport."""

from __future__ import annotations

import msgspec
import pytest

from sniperforge.chain.jsonrpc import JsonRpc, rpc_error
from sniperforge.chain.retries import RetryPolicy
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc, Raw

OUTAGE = UnavailableError("no connection")


def client(node: FakeRpc, clock: FakeClock | None = None) -> JsonRpc:
    """A client of ``node`` with a policy of three tries and no jitter."""
    policy = RetryPolicy(attempts=3, first_delay=0.2, max_delay=1.0)
    return JsonRpc(node, clock or FakeClock(autojump=True), retry=policy, jitter=lambda: 0.0)


async def test_a_call_carries_method_and_parameters_and_brings_the_result() -> None:
    """Ids count up, parameters arrive as given."""
    seen: list[dict[str, object]] = []

    class Node(FakeRpc):
        async def post(self, payload: bytes) -> bytes:
            seen.append(msgspec.json.decode(payload))
            return await super().post(payload)

    rpc = client(Node({"getSlot": 7}))
    assert await rpc.call("getSlot", [{"commitment": "finalized"}]) == 7
    await rpc.call("getSlot")
    assert seen == [
        {"jsonrpc": "2.0", "id": 1, "method": "getSlot", "params": [{"commitment": "finalized"}]},
        {"jsonrpc": "2.0", "id": 2, "method": "getSlot", "params": []},
    ]


async def test_integers_are_exact_at_any_size() -> None:
    """u128 values, as pool states have them, do not become floats."""
    node = FakeRpc({"getBig": Raw(b'{"id":1,"result":{"x":340282366920938463463374607431768211455}}')})
    assert await client(node).call("getBig") == {"x": 2**128 - 1}


async def test_a_null_result_is_a_result() -> None:
    """``getTransaction`` of an unknown signature answers null."""
    assert await client(FakeRpc({"getTransaction": None})).call("getTransaction") is None


async def test_an_error_reply_is_raised_with_its_code_and_data() -> None:
    """Code, words and data come through, whatever the reply's id."""
    body = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32002,"message":"failed","data":{"err":"X"}}}'
    with pytest.raises(RpcError) as caught:
        await client(FakeRpc({"m": Raw(body)})).call("m")
    assert (caught.value.rpc_code, caught.value.data) == (-32002, {"err": "X"})
    assert caught.value.message == "m: failed"
    assert caught.value.details == {"rpc_code": -32002}


@pytest.mark.parametrize("code", [-32002, -32005, -32016])
async def test_an_error_without_data_is_an_error(code: int) -> None:
    """Solders panics on these; here they are ordinary errors."""
    node = FakeRpc({"m": RpcError("no data", rpc_code=code)})
    with pytest.raises(RpcError) as caught:
        await client(node).call("m")
    assert (caught.value.rpc_code, caught.value.data) == (code, None)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ("rate limited", 0, "m: rate limited"),
        ({"message": 5}, 0, "m: 5"),
        ({"code": "429"}, 0, "m: no message"),
        (17, 0, "m: no message"),
        ({"code": 1, "message": "x" * 900}, 1, "m: " + "x" * 500),
    ],
)
def test_an_error_member_need_not_be_well_formed(error: object, code: int, message: str) -> None:
    """Gateways put anything there; it is an error all the same, and not a long one."""
    raised = rpc_error(error, "m")
    assert (raised.rpc_code, raised.message) == (code, message)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"jsonrpc":"2.0","id":2,"result":1}', "another request"),
        (b'{"jsonrpc":"2.0","result":1}', "another request"),
        (b'{"jsonrpc":"2.0","id":1}', "neither"),
        (b'{"jsonrpc":"2.0","id":1,"resu', "truncated"),
        (b"[1]", "object"),
        (b'{"id":1,"result":"\xff"}', "malformed"),
        (b'{"id":1,"error":"\xff"}', "utf-8"),
        (b'{"id":1,"result":' + b"[" * 5000, "recursion"),
    ],
)
async def test_an_unusable_reply_is_unavailable(body: bytes, why: str) -> None:
    """Whatever is wrong with a reply, the caller can only ask again or ask another node."""
    with pytest.raises(UnavailableError) as caught:
        await client(FakeRpc({"m": Raw(body)})).call("m")
    assert not isinstance(caught.value, RpcError)
    assert why in caught.value.message
    assert caught.value.details == {"method": "m"}


async def test_a_result_of_another_shape_is_unavailable() -> None:
    """Text where a number belongs is no answer."""
    with pytest.raises(UnavailableError, match=r"getSlot: .*malformed"):
        await client(FakeRpc({"getSlot": "seven"})).read("getSlot", (), int)


async def test_a_call_is_tried_once() -> None:
    """What may have effects is never repeated here."""
    node = FakeRpc({"m": OUTAGE})
    with pytest.raises(UnavailableError):
        await client(node).call("m")
    assert node.count("m") == 1


async def test_a_read_is_tried_again_after_growing_delays() -> None:
    """Two outages, then an answer: 0.1 s and 0.2 s later."""
    clock = FakeClock(autojump=True)
    node = FakeRpc()
    node.answer("getSlot", OUTAGE, RpcError("behind", rpc_code=-32005), 9)
    assert await client(node, clock).read("getSlot", (), int) == 9
    assert clock.monotonic() == pytest.approx(0.3)


async def test_a_read_gives_up_after_its_tries() -> None:
    """The last error is what the caller sees."""
    node = FakeRpc({"getSlot": OUTAGE})
    with pytest.raises(UnavailableError, match="no connection"):
        await client(node).read("getSlot", (), int)
    assert node.count("getSlot") == 3


async def test_a_read_does_not_repeat_a_lasting_error() -> None:
    """Wrong parameters stay wrong."""
    node = FakeRpc({"getSlot": RpcError("Invalid params", rpc_code=-32602)})
    with pytest.raises(RpcError):
        await client(node).read("getSlot", (), int)
    assert node.count("getSlot") == 1
