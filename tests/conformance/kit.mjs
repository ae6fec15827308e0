// @solana/kit with @solana-program/system and @solana-program/token.
import assert from "node:assert/strict";
import * as kit from "@solana/kit";
import * as system from "@solana-program/system";
import * as token from "@solana-program/token";
import { check, report, rpcUrl, within, wsUrl } from "./checks.mjs";

const rpc = kit.createSolanaRpc(rpcUrl);
const rpcSubscriptions = kit.createSolanaRpcSubscriptions(wsUrl);
const airdrop = kit.airdropFactory({ rpc, rpcSubscriptions });
const sendAndConfirm = kit.sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });
const sendNonceAndConfirm = kit.sendAndConfirmDurableNonceTransactionFactory({ rpc, rpcSubscriptions });
const confirmed = { commitment: "confirmed" };
const payer = await kit.generateKeyPairSigner();
const SOL = 1_000_000_000n;

async function build(instructions, lifetime) {
  const { value } = lifetime ? { value: lifetime } : await rpc.getLatestBlockhash(confirmed).send();
  const message = kit.pipe(
    kit.createTransactionMessage({ version: 0 }),
    (empty) => kit.setTransactionMessageFeePayerSigner(payer, empty),
    (paid) => kit.setTransactionMessageLifetimeUsingBlockhash(value, paid),
    (alive) => kit.appendTransactionMessageInstructions(instructions, alive),
  );
  return kit.signTransactionMessageWithSigners(message);
}

async function send(instructions) {
  const transaction = await build(instructions);
  await sendAndConfirm(transaction, confirmed);
  return kit.getSignatureFromTransaction(transaction);
}

const pay = (destination, amount = SOL / 100n) => system.getTransferSolInstruction({ source: payer, destination, amount });
const fresh = async () => (await kit.generateKeyPairSigner()).address;

await check("airdrop", async () => {
  await airdrop({ commitment: "confirmed", recipientAddress: payer.address, lamports: kit.lamports(100n * SOL) });
  assert.equal((await rpc.getBalance(payer.address, confirmed).send()).value, 100n * SOL);
});

await check("send and confirm", async () => {
  const friend = await fresh();
  const signature = await send([pay(friend, SOL)]);
  assert.equal((await rpc.getBalance(friend, confirmed).send()).value, SOL);
  const [status] = (await rpc.getSignatureStatuses([signature]).send()).value;
  assert.equal(status.err, null);
});

await check("a failed preflight has its logs", async () => {
  const error = await send([pay(await fresh(), 10n ** 16n)]).then(() => null, (reason) => reason);
  assert.ok(kit.isSolanaError(error, kit.SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE), String(error));
  assert.ok(error.context.logs.some((line) => line.includes("insufficient lamports")));
  assert.ok(kit.isSolanaError(error.cause, kit.SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM));
});

await check("a failure that lands", async () => {
  const transaction = await build([pay(await fresh(), 10n ** 16n)]);
  const error = await sendAndConfirm(transaction, { ...confirmed, skipPreflight: true }).then(() => null, (reason) => reason);
  assert.ok(kit.isSolanaError(error, kit.SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM), String(error));
});

await check("typed errors of the server", async () => {
  const { value } = await rpc.getLatestBlockhash().send();
  const { slot } = (await rpc.getBalance(payer.address).send()).context;
  await assert.rejects(rpc.getBalance(payer.address, { minContextSlot: slot + 10_000_000n }).send(), (error) =>
    kit.isSolanaError(error, kit.SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED) && error.context.contextSlot >= slot);
  await assert.rejects(rpc.getAccountInfo("1nvalid").send(), (error) => kit.isSolanaError(error, kit.SOLANA_ERROR__JSON_RPC__INVALID_PARAMS));
  assert.equal((await rpc.isBlockhashValid(value.blockhash).send()).value, true);
});

await check("simulation and compute units", async () => {
  const friend = await fresh();
  const wire = kit.getBase64EncodedWireTransaction(await build([pay(friend, SOL)]));
  const { value } = await rpc.simulateTransaction(wire, {
    encoding: "base64", sigVerify: false, replaceRecentBlockhash: true, innerInstructions: true,
    accounts: { addresses: [friend], encoding: "base64" },
  }).send();
  assert.equal(value.err, null);
  assert.equal(value.unitsConsumed, 150n);
  assert.equal(value.accounts[0].lamports, SOL);
});

await check("getTransaction in every encoding", async () => {
  const friend = await fresh();
  const signature = await send([pay(friend, SOL)]);
  const options = { commitment: "confirmed", maxSupportedTransactionVersion: 0 };
  for (const encoding of ["json", "base58", "base64", "jsonParsed"]) {
    const shown = await rpc.getTransaction(signature, { ...options, encoding }).send();
    assert.equal(shown.meta.fee, 5000n);
    assert.equal(shown.version, 0);
  }
  const parsed = await rpc.getTransaction(signature, { ...options, encoding: "jsonParsed" }).send();
  assert.equal(parsed.transaction.message.instructions[0].parsed.info.destination, friend);
  assert.equal((await rpc.getSignaturesForAddress(friend, { commitment: "confirmed", limit: 1 }).send())[0].signature, signature);
});

await check("accounts in every encoding", async () => {
  const native = "So11111111111111111111111111111111111111112";
  const plain = (await rpc.getAccountInfo(native, { encoding: "base64" }).send()).value;
  const packed = (await rpc.getAccountInfo(native, { encoding: "base64+zstd" }).send()).value;
  assert.equal(packed.data[1], "base64+zstd");
  assert.equal(plain.space, 82n);
  assert.equal((await rpc.getAccountInfo(native, { encoding: "jsonParsed" }).send()).value.data.parsed.type, "mint");
  const sliced = (await rpc.getAccountInfo(native, { encoding: "base58", dataSlice: { offset: 44, length: 1 } }).send()).value;
  assert.equal(sliced.data[0], kit.getBase58Decoder().decode(new Uint8Array([9])));
  const { value } = await rpc.getMultipleAccounts([native, await fresh()], { encoding: "base64" }).send();
  assert.deepEqual(value.map((account) => account === null), [false, true]);
});

await check("a token by @solana-program/token", async () => {
  const mint = await kit.generateKeyPairSigner();
  const friend = await fresh();
  const space = BigInt(token.getMintSize());
  const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
  const ata = async (owner) => (await token.findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram: token.TOKEN_PROGRAM_ADDRESS }))[0];
  const [mine, theirs] = [await ata(payer.address), await ata(friend)];
  await send([
    system.getCreateAccountInstruction({ payer, newAccount: mint, lamports: rent, space, programAddress: token.TOKEN_PROGRAM_ADDRESS }),
    token.getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
    await token.getCreateAssociatedTokenIdempotentInstructionAsync({ payer, owner: payer.address, mint: mint.address }),
    await token.getCreateAssociatedTokenIdempotentInstructionAsync({ payer, owner: friend, mint: mint.address }),
    token.getMintToInstruction({ mint: mint.address, token: mine, mintAuthority: payer, amount: 5_000_000n }),
  ]);
  await send([token.getTransferCheckedInstruction({ source: mine, mint: mint.address, destination: theirs, authority: payer, amount: 2_000_000n, decimals: 6 })]);
  assert.equal((await token.fetchToken(rpc, theirs, confirmed)).data.amount, 2_000_000n);
  assert.equal((await token.fetchMint(rpc, mint.address, confirmed)).data.supply, 5_000_000n);
  assert.equal((await rpc.getTokenAccountBalance(theirs, confirmed).send()).value.uiAmountString, "2");
  assert.equal((await rpc.getTokenSupply(mint.address, confirmed).send()).value.amount, "5000000");
  assert.equal((await rpc.getTokenLargestAccounts(mint.address, confirmed).send()).value.length, 2);
  const owned = await rpc.getTokenAccountsByOwner(friend, { mint: mint.address }, { encoding: "jsonParsed", commitment: "confirmed" }).send();
  assert.equal(owned.value[0].account.data.parsed.info.tokenAmount.amount, "2000000");
  const filters = [{ dataSize: 165n }, { memcmp: { offset: 0n, bytes: mint.address, encoding: "base58" } }];
  const found = await rpc.getProgramAccounts(token.TOKEN_PROGRAM_ADDRESS, { encoding: "base64", filters, commitment: "confirmed", withContext: true }).send();
  assert.deepEqual(new Set(found.value.map((entry) => entry.pubkey)), new Set([mine, theirs]));
  const parsed = await kit.fetchJsonParsedAccount(rpc, theirs, confirmed);
  assert.equal(parsed.data.mint, mint.address);
});

await check("methods about the network", async () => {
  const slot = await rpc.getSlot(confirmed).send();
  const schedule = await rpc.getLeaderSchedule(null).send();
  const { identity } = await rpc.getIdentity().send();
  assert.ok(schedule[identity].length > 0);
  assert.ok((await rpc.getBlockProduction({ identity }).send()).value.byIdentity[identity][0] > 0n);
  assert.ok("commitment" in (await rpc.getBlockCommitment(slot).send()));
  assert.ok((await rpc.getMaxShredInsertSlot().send()) >= slot);
  assert.ok((await rpc.getMaxRetransmitSlot().send()) >= slot);
  assert.deepEqual(await rpc.getInflationReward([payer.address]).send(), [null]);
  await assert.rejects(rpc.getHighestSnapshotSlot().send(), (error) => kit.isSolanaError(error, kit.SOLANA_ERROR__JSON_RPC__SERVER_ERROR_NO_SNAPSHOT));
  assert.equal(await rpc.getHealth().send(), "ok");
  assert.ok((await rpc.getFirstAvailableBlock().send()) <= slot);
  assert.ok((await rpc.getRecentPrioritizationFees([payer.address]).send()).length > 0);
  assert.ok((await rpc.getEpochInfo().send()).slotIndex >= 0n);
  assert.equal((await rpc.getBlock(slot, { transactionDetails: "none", rewards: false, commitment: "confirmed", maxSupportedTransactionVersion: 0 }).send()).parentSlot < slot, true);
});

await check("every subscription", async () => {
  const friend = await fresh();
  const stop = new AbortController();
  const heard = {};
  const listen = async (name, pending) => {
    const notifications = await pending.subscribe({ abortSignal: stop.signal });
    heard[name] = { p: (async () => { for await (const notification of notifications) return notification; })() };
  };
  await listen("account", rpcSubscriptions.accountNotifications(friend, { commitment: "confirmed", encoding: "base64" }));
  await listen("logs", rpcSubscriptions.logsNotifications({ mentions: [friend] }, confirmed));
  await listen("program", rpcSubscriptions.programNotifications(system.SYSTEM_PROGRAM_ADDRESS, { commitment: "confirmed", encoding: "base64+zstd" }));
  await listen("slot", rpcSubscriptions.slotNotifications());
  await listen("root", rpcSubscriptions.rootNotifications());
  const signature = await send([pay(friend, SOL)]);
  await listen("signature", rpcSubscriptions.signatureNotifications(signature, { commitment: "finalized" }));
  const got = {};
  for (const name of Object.keys(heard)) got[name] = await within(10_000, heard[name].p, name);
  assert.equal(got.account.value.lamports, SOL);
  assert.equal(got.logs.value.signature, signature);
  assert.equal(got.program.value.account.owner, system.SYSTEM_PROGRAM_ADDRESS);
  assert.ok(got.slot.slot > got.slot.root);
  assert.equal(got.signature.value.err, null);
  stop.abort();
});

await check("unstable subscriptions: blocks and slot updates", async () => {
  const unstable = kit.createSolanaRpcSubscriptions_UNSTABLE(wsUrl);
  const friend = await fresh();
  const stop = new AbortController();
  const blocks = await unstable.blockNotifications({ mentionsAccountOrProgram: friend }, { commitment: "confirmed", maxSupportedTransactionVersion: 0, encoding: "base64", transactionDetails: "full", showRewards: false }).subscribe({ abortSignal: stop.signal });
  const updates = await unstable.slotsUpdatesNotifications().subscribe({ abortSignal: stop.signal });
  const [first, next] = [blocks, updates].map((notifications) => notifications[Symbol.asyncIterator]().next());
  await send([pay(friend, SOL)]);
  const block = await within(10_000, first, "block");
  assert.equal(block.value.value.block.transactions.length, 1);
  const update = await within(10_000, next, "update");
  assert.ok(["createdBank", "frozen", "root", "optimisticConfirmation"].includes(update.value.type));
  stop.abort();
});

await check("expiry by block height", async () => {
  const height = await rpc.getBlockHeight(confirmed).send();
  const lost = await build([pay(await fresh())], { blockhash: await fresh(), lastValidBlockHeight: height + 10n });
  const waiting = sendAndConfirm(lost, { ...confirmed, skipPreflight: true });
  await assert.rejects(within(20_000, waiting, "expiry"), (error) => kit.isSolanaError(error, kit.SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED));
});

await check("a durable nonce", async () => {
  const nonce = await kit.generateKeyPairSigner();
  const space = BigInt(system.getNonceSize());
  const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
  await send([
    system.getCreateAccountInstruction({ payer, newAccount: nonce, lamports: rent, space, programAddress: system.SYSTEM_PROGRAM_ADDRESS }),
    system.getInitializeNonceAccountInstruction({ nonceAccount: nonce.address, nonceAuthority: payer.address }),
  ]);
  const before = (await system.fetchNonce(rpc, nonce.address, confirmed)).data.blockhash;
  const friend = await fresh();
  const message = kit.pipe(
    kit.createTransactionMessage({ version: 0 }),
    (empty) => kit.setTransactionMessageFeePayerSigner(payer, empty),
    (paid) => kit.setTransactionMessageLifetimeUsingDurableNonce({ nonce: before, nonceAccountAddress: nonce.address, nonceAuthorityAddress: payer.address }, paid),
    (alive) => kit.appendTransactionMessageInstruction(pay(friend, SOL), alive),
  );
  await sendNonceAndConfirm(await kit.signTransactionMessageWithSigners(message), confirmed);
  assert.equal((await rpc.getBalance(friend, confirmed).send()).value, SOL);
  assert.notEqual((await system.fetchNonce(rpc, nonce.address, confirmed)).data.blockhash, before);
});

report();
