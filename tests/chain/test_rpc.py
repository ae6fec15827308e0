"""What runs and sends transactions."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.chain.answers import Simulation
from sniperforge.chain.rpc import RpcClient, unsigned
from sniperforge.domain.chain import Account
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc

INFO = {"owner": "Owner", "lamports": 1, "data": ["AAEC", "base64"], "executable": False}


def client(node: FakeRpc) -> RpcClient:
    """A client of ``node``."""
    return RpcClient(node, FakeClock(autojump=True))


def at(slot: int, value: Any) -> dict[str, Any]:
    """A value with its context."""
    return {"context": {"slot": slot}, "value": value}


async def test_send_hands_the_bytes_over_once() -> None:
    """No preflight and no re-sending by the node unless asked for; the signature comes back."""
    node = FakeRpc({"sendTransaction": "Sig"})
    assert await client(node).send(b"\0\1\2") == "Sig"
    assert node.params("sendTransaction") == [
        ["AAEC", {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}]
    ]


async def test_preflight_says_on_which_state() -> None:
    """The default would be finalized, which does not know a fresh blockhash."""
    node = FakeRpc({"sendTransaction": "Sig"})
    await client(node).send(b"", skip_preflight=False, max_retries=2)
    assert node.params("sendTransaction")[0][1] == {
        "encoding": "base64",
        "skipPreflight": False,
        "maxRetries": 2,
        "preflightCommitment": "confirmed",
    }


@pytest.mark.parametrize("failure", [UnavailableError("cut"), RpcError("behind", rpc_code=-32005)])
async def test_send_is_never_retried(failure: Exception) -> None:
    """Whether the bytes left is not known after an error; sending again is the landing loop's business."""
    node = FakeRpc({"sendTransaction": failure})
    with pytest.raises(UnavailableError):
        await client(node).send(b"")
    assert node.count("sendTransaction") == 1


async def test_an_airdrop_is_asked_for_once() -> None:
    """Two airdrops for one request would be a surprise."""
    node = FakeRpc()
    node.answer("requestAirdrop", "Sig", UnavailableError("cut"))
    assert await client(node).request_airdrop("A", 5) == "Sig"
    with pytest.raises(UnavailableError):
        await client(node).request_airdrop("A", 5)
    assert node.params("requestAirdrop") == [["A", 5], ["A", 5]]


@pytest.mark.parametrize("method", ["sendTransaction", "requestAirdrop"])
async def test_an_answer_that_is_no_signature_is_unavailable(method: str) -> None:
    """A number is no signature."""
    rpc = client(FakeRpc({method: 1}))
    with pytest.raises(UnavailableError, match="no signature"):
        await (rpc.send(b"") if method == "sendTransaction" else rpc.request_airdrop("A", 1))


async def test_a_simulation_is_translated() -> None:
    """Logs, units, states afterwards and return data."""
    value = {
        "err": None,
        "logs": ["Program log: hi"],
        "unitsConsumed": 150,
        "accounts": [INFO, None],
        "returnData": {"programId": "P", "data": ["AAEC", "base64"]},
    }
    node = FakeRpc({"simulateTransaction": at(4, value)})
    found = await client(node).simulate(b"\0\1\2", accounts=["A", "B"], min_slot=3)
    states = {"A": Account("A", "Owner", 1, b"\0\1\2"), "B": None}
    assert found == Simulation(4, None, ("Program log: hi",), 150, states, b"\0\1\2")
    assert node.params("simulateTransaction") == [
        [
            "AAEC",
            {
                "encoding": "base64",
                "commitment": "confirmed",
                "sigVerify": False,
                "replaceRecentBlockhash": True,
                "accounts": {"encoding": "base64", "addresses": ["A", "B"]},
                "minContextSlot": 3,
            },
        ]
    ]


async def test_a_bare_simulation() -> None:
    """Nulls are nothing."""
    value = {"err": None, "logs": None, "unitsConsumed": None, "accounts": None, "returnData": None}
    found = await client(FakeRpc({"simulateTransaction": at(4, value)})).simulate(b"")
    assert found == Simulation(4, None, (), 0, {}, b"")


async def test_a_failed_simulation_is_a_result() -> None:
    """The error is in the value; states are unknown."""
    value = {"err": {"InstructionError": [0, {"Custom": 1}]}, "logs": [], "accounts": None}
    found = await client(FakeRpc({"simulateTransaction": at(4, value)})).simulate(b"", accounts=["A"])
    assert found.err == {"InstructionError": [0, {"Custom": 1}]}
    assert found.accounts == {"A": None}


@pytest.mark.parametrize("answered", [None, [], [INFO, INFO]])
async def test_states_that_were_asked_for_must_come(answered: Any) -> None:
    """A success without the states is no proof of anything."""
    node = FakeRpc({"simulateTransaction": at(4, {"err": None, "accounts": answered})})
    with pytest.raises(UnavailableError, match="left out accounts"):
        await client(node).simulate(b"", accounts=["A"])


@pytest.mark.parametrize("version", [0, None])
def test_an_unsigned_transaction_has_room_for_its_signatures(version: int | None) -> None:
    """A message of two signers gets two empty signatures and decodes again, legacy and versioned."""
    from solders.hash import Hash
    from solders.instruction import AccountMeta, Instruction
    from solders.message import Message, MessageV0, to_bytes_versioned
    from solders.pubkey import Pubkey
    from solders.transaction import VersionedTransaction

    payer, other = Pubkey.new_unique(), Pubkey.new_unique()
    instruction = Instruction(Pubkey.new_unique(), b"x", [AccountMeta(other, True, True)])
    message = (
        Message.new_with_blockhash([instruction], payer, Hash.default())
        if version is None
        else MessageV0.try_compile(payer, [instruction], [], Hash.default())
    )
    decoded = VersionedTransaction.from_bytes(unsigned(to_bytes_versioned(message)))
    assert decoded.message == message
    assert len(decoded.signatures) == 2
    assert {bytes(signature) for signature in decoded.signatures} == {bytes(64)}
