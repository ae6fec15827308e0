"""Instructions of V2."""

from __future__ import annotations

import base64

import pytest
from solders.hash import Hash
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.tokens.instructions import compute_unit_limit
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.jupiter_api.test_swap_v1 import instruction

SOL = 10**9


async def test_what_it_builds_lands() -> None:
    """With a limit of the client's own, which the answer leaves out."""
    bench = Bench()
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": SOL, "taker": bench.user}
    answer = await bench.get("/swap/v2/build", **asked)
    assert (answer["slippageBps"], answer["tipInstruction"]) == (50, None)
    parts = [*answer["computeBudgetInstructions"], *answer["setupInstructions"], answer["swapInstruction"]]
    made = [compute_unit_limit(300_000), *map(instruction, [*parts, answer["cleanupInstruction"]])]
    blockhash = Hash.from_bytes(bytes(answer["blockhashWithMetadata"]["blockhash"]))
    message = MessageV0.try_compile(bench.wallet.pubkey(), made, [], blockhash)
    assert bench.ledger.send(bytes(VersionedTransaction(message, [bench.wallet]))).err is None
    assert bench.balance(USDC_MINT) == int(answer["outAmount"])


@pytest.mark.parametrize(
    "options",
    [{}, {"mode": "fast"}, {"computeUnitPricePercentile": "high"}, {"computeUnitPricePercentile": 9_999}],
)
async def test_the_price_is_a_percentile(options: dict[str, object]) -> None:
    """By name, by number, or by mode."""
    bench = Bench()
    asked = {"inputMint": USDC_MINT, "outputMint": WSOL_MINT, "amount": SOL, "taker": bench.user}
    answer = await bench.get(
        "/swap/v2/build", **asked, slippageBps="rtse", wrapAndUnwrapSol="false", **options
    )
    (price,) = answer["computeBudgetInstructions"]
    assert base64.b64decode(price["data"]) == b"\x03" + (1_000).to_bytes(8, "little")
    assert answer["cleanupInstruction"] is None


@pytest.mark.parametrize("options", [{"mode": "slow"}, {"taker": "x"}, {"tipAmount": "5"}, {"amount": "-1"}])
async def test_wrong_questions(options: dict[str, str]) -> None:
    """400 ``{error}``."""
    bench = Bench()
    asked = {"inputMint": USDC_MINT, "outputMint": WSOL_MINT, "amount": SOL, "taker": bench.user, **options}
    assert (await bench.get("/swap/v2/build", code=400, **asked))["error"]
