"""Transactions handed to a block engine: a fake one, and the embedded network's."""

from __future__ import annotations

import base64
from functools import partial

import pytest
from solders.hash import Hash
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.jito import BlockEngineSender, EngineMethod, engine_url
from sniperforge.chain.plain_http import PlainHttpTransport
from sniperforge.domain.jito import MIN_TIP_LAMPORTS, bundle_id
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.execution.mev import Mev, Tip
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.testing.rpc import FakeRpc
from sniperforge.tokens.instructions import transfer_lamports

TRANSPORTS = (PlainHttpTransport, AiohttpTransport, HttpTransport)
OPTIONS = {"encoding": "base64"}


def test_where_an_engine_is_asked() -> None:
    """The path comes after the base URL's own, its query stays."""
    assert engine_url("https://a.example", "sendBundle") == "https://a.example/api/v1/bundles"
    assert (
        engine_url("https://a.example/x/?uuid=u", "sendTransaction")
        == "https://a.example/x/api/v1/transactions?uuid=u"
    )


async def test_what_is_sent() -> None:
    """A bundle of one, or the transaction; base64; the answer comes back."""
    node = FakeRpc({"sendBundle": "id", "sendTransaction": "Sig"})
    assert await BlockEngineSender(node, "sendBundle").send(b"\0\1\2") == "id"
    assert await BlockEngineSender(node, "sendTransaction").send(b"\0\1\2") == "Sig"
    assert node.params("sendBundle") == [[["AAEC"], OPTIONS]]
    assert node.params("sendTransaction") == [["AAEC", OPTIONS]]
    node.answer("getTipAccounts", ["a", "b"])
    assert await BlockEngineSender(node, "sendBundle").tip_accounts() == {"a", "b"}


def _transaction(network: LocalNetwork, lamports: int, mev: Mev) -> tuple[bytes, str]:
    wallet = str(network.payer.pubkey())
    steps = [transfer_lamports(wallet, wallet, 1), *Tip(mev, lamports).instructions(wallet, 3)]
    recent = Hash.from_string(network.ledger.chain.tip.blockhash)
    message = MessageV0.try_compile(network.payer.pubkey(), steps, [], recent)
    signed = VersionedTransaction(message, [network.payer])
    return bytes(signed), str(signed.signatures[0])


@pytest.mark.parametrize("make", TRANSPORTS)
async def test_it_lands_or_the_reason_is_told(make: type[PlainHttpTransport]) -> None:
    """Over each transport: an HTTP 400 has the reason in it, and the limit is told as such."""
    async with LocalNetwork(profile=INSTANT, block_engine_rate=0) as network:
        transport = partial(_transport, make, network)
        raw, signature = _transaction(network, MIN_TIP_LAMPORTS, Mev.BUNDLE)
        bundles = transport("sendBundle")
        sender = BlockEngineSender(bundles, "sendBundle")
        assert await sender.send(raw) == bundle_id([signature])
        assert network.ledger.history.status(signature) is not None
        with pytest.raises(RpcError, match="already processed"):
            await sender.send(raw)
        for lamports, mev, said in (
            (0, Mev.NONE, "Bundles must write lock at least one tip account"),
            (MIN_TIP_LAMPORTS - 1, Mev.BUNDLE, "below the minimum of 1000"),
        ):
            with pytest.raises(RpcError, match=said):
                await sender.send(_transaction(network, lamports, mev)[0])
        await bundles.aclose()
        alone = transport("sendTransaction")
        raw, signature = _transaction(network, MIN_TIP_LAMPORTS, Mev.TIP)
        assert await BlockEngineSender(alone, "sendTransaction").send(raw) == signature
        assert network.ledger.history.status(signature) is not None
        await alone.aclose()


def _transport(
    make: type[PlainHttpTransport], network: LocalNetwork, method: EngineMethod
) -> PlainHttpTransport:
    return make(engine_url(network.jito_url, method))


@pytest.mark.parametrize("make", TRANSPORTS)
async def test_too_often(make: type[PlainHttpTransport]) -> None:
    """A 429 is an outage with its status, whatever is in its body."""
    async with LocalNetwork(profile=INSTANT) as network:
        transport = _transport(make, network, "sendBundle")
        sender = BlockEngineSender(transport, "sendBundle")
        raw, _ = _transaction(network, MIN_TIP_LAMPORTS, Mev.BUNDLE)
        assert len(base64.b64encode(raw)) < 1_644
        await sender.send(raw)
        with pytest.raises(UnavailableError) as caught:
            await sender.send(raw)
        assert caught.value.details["http_status"] == 429
        await transport.aclose()
