"""Transactions and instructions of quotes; they land with the quoted amounts."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.localnet.jupiter_api.pools import LABEL
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import create_associated_token_account
from tests.localnet.jupiter_api.bench import Bench

SOL = 10**9


async def built(bench: Bench, quote: Any, **options: object) -> Any:
    return await bench.post("/swap/v1/swap", userPublicKey=bench.user, quoteResponse=quote, **options)


async def landed(bench: Bench, quote: Any, **options: object) -> Any:
    answer = await built(bench, quote, **options)
    record = bench.ledger.send(bench.signed(answer["swapTransaction"]))
    assert record.err is None, record.logs
    return answer


async def test_one_hop_and_back_to_the_unit() -> None:
    """SOL to USDC and USDC to SOL: what was quoted is what arrives."""
    bench = Bench()
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    before = bench.lamports
    answer = await landed(bench, quote)
    assert bench.balance(USDC_MINT) == int(quote["outAmount"])
    fee = 5_000 + answer["prioritizationFeeLamports"]
    assert before - bench.lamports == SOL + fee + 2_039_280
    back = await bench.quote(USDC_MINT, WSOL_MINT, int(quote["outAmount"]))
    before = bench.lamports
    answer = await landed(bench, back)
    assert bench.balance(USDC_MINT) == 0
    assert bench.lamports - before == int(back["outAmount"]) - 5_000 - answer["prioritizationFeeLamports"]


@pytest.mark.parametrize("mode", ["ExactIn", "ExactOut"])
async def test_two_hops_to_the_unit(mode: str) -> None:
    """USDC to a token through SOL; no wrapped SOL stays behind."""
    bench = Bench()
    await landed(bench, await bench.quote(WSOL_MINT, USDC_MINT, SOL))
    held = bench.balance(USDC_MINT)
    amount = 10**7 if mode == "ExactIn" else 10**12
    quote = await bench.quote(USDC_MINT, bench.token, amount, swapMode=mode)
    await landed(bench, quote, dynamicComputeUnitLimit=True)
    assert held - bench.balance(USDC_MINT) == int(quote["inAmount"])
    assert bench.balance(bench.token) == int(quote["outAmount"])
    assert bench.balance(WSOL_MINT) == 0
    assert bench.ledger.account(associated_token_address(bench.user, WSOL_MINT)) is None


async def test_wrapped_sol_is_kept_on_request() -> None:
    """``wrapAndUnwrapSol: false`` leaves the output wrapped; a destination gets it elsewhere."""
    bench = Bench()
    await landed(bench, await bench.quote(WSOL_MINT, USDC_MINT, SOL))
    quote = await bench.quote(USDC_MINT, WSOL_MINT, 10**6)
    await landed(bench, quote, wrapAndUnwrapSol=False)
    assert bench.balance(WSOL_MINT) == int(quote["outAmount"])
    again = await bench.quote(USDC_MINT, WSOL_MINT, 10**6)
    destination = associated_token_address(bench.user, WSOL_MINT)
    await landed(bench, again, destinationTokenAccount=destination)
    assert bench.balance(WSOL_MINT) == int(quote["outAmount"]) + int(again["outAmount"])


async def test_instructions_put_together_land_as_well() -> None:
    """In the documented order, signed by the client."""
    bench = Bench()
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    answer = await bench.post("/swap/v1/swap-instructions", userPublicKey=bench.user, quoteResponse=quote)
    parts = [*answer["computeBudgetInstructions"], *answer["setupInstructions"], answer["swapInstruction"]]
    instructions = [instruction(part) for part in [*parts, answer["cleanupInstruction"]]]
    blockhash = Hash.from_bytes(bytes(answer["blockhashWithMetadata"]["blockhash"]))
    message = MessageV0.try_compile(bench.wallet.pubkey(), instructions, [], blockhash)
    record = bench.ledger.send(bytes(VersionedTransaction(message, [bench.wallet])))
    assert record.err is None
    assert bench.balance(USDC_MINT) == int(quote["outAmount"])


def instruction(part: Any) -> Instruction:
    metas = [
        AccountMeta(Pubkey.from_string(each["pubkey"]), each["isSigner"], each["isWritable"])
        for each in part["accounts"]
    ]
    return Instruction(Pubkey.from_string(part["programId"]), base64.b64decode(part["data"]), metas)


@pytest.mark.parametrize(
    ("options", "fee"),
    [
        ({"prioritizationFeeLamports": 70_000}, 70_000),
        ({"prioritizationFeeLamports": "disabled"}, 0),
        ({"prioritizationFeeLamports": "auto"}, 1_400),
        ({"computeUnitPriceMicroLamports": "auto"}, 1_400),
        ({"computeUnitPriceMicroLamports": 10_000}, 14_000),
        (
            {
                "prioritizationFeeLamports": {
                    "priorityLevelWithMaxLamports": {"priorityLevel": "high", "maxLamports": 10**6}
                }
            },
            1_400,
        ),
        (
            {
                "prioritizationFeeLamports": {
                    "priorityLevelWithMaxLamports": {"priorityLevel": "high", "maxLamports": 140}
                }
            },
            140,
        ),
    ],
)
async def test_the_fee_is_what_was_asked(options: dict[str, Any], fee: int) -> None:
    """In every form, for the whole compute-unit limit."""
    bench = Bench()
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    answer = await built(bench, quote, **options)
    assert (answer["prioritizationFeeLamports"], answer["computeUnitLimit"]) == (fee, 1_400_000)


@pytest.mark.parametrize(
    "options",
    [
        {"prioritizationFeeLamports": 1, "computeUnitPriceMicroLamports": 1},
        {"prioritizationFeeLamports": {"jitoTipLamports": 1_000}},
        {"prioritizationFeeLamports": {"priorityLevelWithMaxLamports": {"priorityLevel": "high"}}},
        {"feeAccount": "x"},
        {"userPublicKey": "abc"},
    ],
)
async def test_what_cannot_be_honoured_is_refused(options: dict[str, Any]) -> None:
    """Rather than built as if it had not been asked."""
    bench = Bench()
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    body = {"userPublicKey": bench.user, "quoteResponse": quote, **options}
    assert (await bench.post("/swap/v1/swap", code=400, **body))["error"]


async def test_a_simulation_that_fails_is_told() -> None:
    """With 200: the client must look."""
    bench = Bench()
    quote = await bench.quote(USDC_MINT, WSOL_MINT, 10**6)
    answer = await built(bench, quote, dynamicComputeUnitLimit=True)
    assert answer["simulationError"]["errorCode"] == "TRANSACTION_ERROR"
    assert answer["computeUnitLimit"] == 1_400_000


async def test_labels() -> None:
    """One venue."""
    assert list((await Bench().get("/swap/v1/program-id-to-label")).values()) == [LABEL]


def test_accounts_are_there() -> None:
    """An instruction's JSON is the instruction."""
    from sniperforge.localnet.jupiter_api.swap_v1 import instruction_json

    bench = Bench()
    made = create_associated_token_account(bench.user, bench.user, USDC_MINT)
    assert instruction(instruction_json(made)) == made
