// @solana/web3.js 1.x with @solana/spl-token.
import assert from "node:assert/strict";
import * as web3 from "@solana/web3.js";
import * as spl from "@solana/spl-token";
import { check, present, report, rpc, rpcUrl, within, wsUrl } from "./checks.mjs";

const { Keypair, LAMPORTS_PER_SOL: SOL, PublicKey, SystemProgram, Transaction, TransactionMessage, VersionedTransaction } = web3;
const connection = new web3.Connection(rpcUrl, { commitment: "confirmed", wsEndpoint: wsUrl });
const payer = Keypair.generate();
const pay = (to, lamports = SOL / 100) => SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });
const send = (instructions, signers = []) =>
  web3.sendAndConfirmTransaction(connection, new Transaction().add(...instructions), [payer, ...signers]);
const fresh = () => Keypair.generate().publicKey;

async function versioned(instructions, tables = []) {
  const { blockhash } = await connection.getLatestBlockhash();
  const message = new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions });
  const transaction = new VersionedTransaction(message.compileToV0Message(tables));
  transaction.sign([payer]);
  return transaction;
}

await check("airdrop, confirmed by websocket", async () => {
  const signature = await connection.requestAirdrop(payer.publicKey, 100 * SOL);
  const latest = await connection.getLatestBlockhash();
  const outcome = await connection.confirmTransaction({ signature, ...latest });
  assert.equal(outcome.value.err, null);
  assert.equal(await connection.getBalance(payer.publicKey), 100 * SOL);
});

await check("transfer, sent and confirmed", async () => {
  const friend = fresh();
  const signature = await send([pay(friend, SOL)]);
  assert.equal(await connection.getBalance(friend), SOL);
  const status = await connection.getSignatureStatus(signature);
  assert.ok(["confirmed", "finalized"].includes(status.value.confirmationStatus));
  assert.equal(status.value.err, null);
});

await check("the network's facts", async () => {
  const slot = await connection.getSlot();
  assert.ok((await connection.getEpochInfo()).absoluteSlot >= slot - 100);
  assert.ok((await connection.getBlockHeight()) < slot);
  assert.equal((await connection.getGenesisHash()).length > 30, true);
  assert.ok((await connection.getVersion())["solana-core"]);
  assert.ok((await connection.getSupply({ commitment: "confirmed", excludeNonCirculatingAccountsList: false })).value.total > 0);
  assert.equal((await connection.getLargestAccounts()).value.length, 20);
  assert.ok((await connection.getClusterNodes()).length >= 1);
  assert.deepEqual((await connection.getVoteAccounts()).current, []);
  assert.ok((await connection.getEpochSchedule()).slotsPerEpoch);
  assert.ok(await connection.getLeaderSchedule());
  assert.equal((await connection.getBlockProduction()).value.byIdentity != null, true);
  assert.equal(await connection.getSlotLeader(), (await connection.getSlotLeaders(slot, 1))[0].toBase58());
  assert.ok((await connection.getRecentPerformanceSamples(3)).length >= 0);
  assert.equal((await connection.getInflationGovernor()).initial, 0);
  assert.equal((await connection.getInflationRate()).total, 0);
  assert.deepEqual(await connection.getInflationReward([fresh()]), [null]);
  assert.equal(await connection.getMinimumBalanceForRentExemption(165), 2039280);
  assert.ok((await connection.getRecentPrioritizationFees()).length > 0);
  assert.ok((await connection.getFirstAvailableBlock()) <= slot);
  assert.ok((await connection.getMinimumLedgerSlot()) <= slot);
  assert.ok((await connection.getTransactionCount()) > 0);
  const { blockhash } = await connection.getLatestBlockhash();
  assert.equal((await connection.isBlockhashValid(blockhash)).value, true);
});

await check("fee of a message", async () => {
  const transaction = await versioned([web3.ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1000000 }), web3.ComputeBudgetProgram.setComputeUnitLimit({ units: 1000 }), pay(fresh())]);
  assert.equal((await connection.getFeeForMessage(transaction.message)).value, 6000);
});

await check("a failed preflight has logs", async () => {
  const error = await send([pay(fresh(), 10 ** 6 * SOL)]).then(() => null, (reason) => reason);
  assert.ok(error instanceof web3.SendTransactionError, String(error));
  assert.match(error.message, /custom program error: 0x1/);
  assert.ok(error.logs.some((line) => line.includes("insufficient lamports")));
});

await check("a failure that lands has an err, logs and a fee", async () => {
  const transaction = await versioned([pay(fresh(), 10 ** 6 * SOL)]);
  const signature = await connection.sendTransaction(transaction, { skipPreflight: true });
  const latest = await connection.getLatestBlockhash();
  // web3.js resolves with the error when its subscription was first, and rejects with it when its poll was, which
  // does not wait for the commitment
  const err = await connection.confirmTransaction({ signature, ...latest }).then((outcome) => outcome.value.err, (reason) => reason);
  assert.deepEqual(err, { InstructionError: [0, { Custom: 1 }] });
  const shown = await present(() => connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }));
  assert.deepEqual(shown.meta.err, { InstructionError: [0, { Custom: 1 }] });
  assert.equal(shown.meta.fee, 5000);
  assert.ok(shown.meta.logMessages.some((line) => line.endsWith("failed: custom program error: 0x1")));
});

await check("a duplicate is refused", async () => {
  const transaction = await versioned([pay(fresh())]);
  const signature = await connection.sendTransaction(transaction);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  await assert.rejects(connection.sendTransaction(transaction), /already been processed/);
});

await check("simulation with accounts, a replaced hash and inner instructions", async () => {
  const friend = fresh();
  const transaction = await versioned([pay(friend, SOL)]);
  const { value } = await connection.simulateTransaction(transaction, {
    replaceRecentBlockhash: true,
    innerInstructions: true,
    accounts: { encoding: "base64", addresses: [friend.toBase58()] },
  });
  assert.equal(value.err, null);
  assert.equal(value.unitsConsumed, 150);
  assert.equal(value.accounts[0].lamports, SOL);
  assert.ok(value.replacementBlockhash.blockhash);
  assert.equal(await connection.getBalance(friend), 0);
});

await check("getTransaction in its forms", async () => {
  const friend = fresh();
  const signature = await send([pay(friend, SOL)]);
  const legacy = await connection.getTransaction(signature);
  assert.equal(legacy.transaction.message.accountKeys.length, 3);
  const parsed = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
  const [instruction] = parsed.transaction.message.instructions;
  assert.equal(instruction.program, "system");
  assert.deepEqual(instruction.parsed, { type: "transfer", info: { source: payer.publicKey.toBase58(), destination: friend.toBase58(), lamports: SOL } });
  assert.equal(await connection.getTransaction("1".repeat(64)), null);
  const other = await send([pay(friend)]);
  const many = await connection.getTransactions([signature, other], { maxSupportedTransactionVersion: 0 });
  assert.deepEqual(many.map((entry) => entry.transaction.signatures[0]), [signature, other]);
  assert.equal((await connection.getParsedTransactions([signature, other])).length, 2);
  const raw = await rpc("getTransaction", [signature, { encoding: "base64", commitment: "confirmed", maxSupportedTransactionVersion: 0 }]);
  assert.equal(raw.result.transaction[1], "base64");
});

await check("signatures of an address, with before, until and limit", async () => {
  const friend = fresh();
  const sent = [];
  for (let count = 0; count < 4; count++) sent.unshift(await send([pay(friend, SOL / 100 + count)]));
  const found = async (options) => (await connection.getSignaturesForAddress(friend, options)).map((entry) => entry.signature);
  assert.deepEqual(await found(), sent);
  assert.deepEqual(await found({ limit: 2 }), sent.slice(0, 2));
  assert.deepEqual(await found({ before: sent[0], until: sent[3] }), sent.slice(1, 3));
});

await check("blocks", async () => {
  const signature = await send([pay(fresh())]);
  const { slot, blockTime } = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  const block = await connection.getBlock(slot, { maxSupportedTransactionVersion: 0 });
  assert.ok(block.transactions.some((entry) => entry.transaction.signatures[0] === signature));
  const parsed = await connection.getParsedBlock(slot, { maxSupportedTransactionVersion: 0 });
  assert.equal(parsed.transactions.length, block.transactions.length);
  const light = await connection.getBlock(slot, { transactionDetails: "accounts", maxSupportedTransactionVersion: 0, rewards: false });
  assert.ok(light.transactions[0].transaction.accountKeys[0].signer);
  const signatures = await connection.getBlockSignatures(slot);
  assert.ok(signatures.signatures.includes(signature));
  assert.equal(await connection.getBlockTime(slot), blockTime);
  assert.ok((await connection.getBlocks(slot, slot)).includes(slot));
  await assert.rejects(connection.getBlock(slot + 10_000_000), /Block not available/);
});

await check("a token: mint, holders, delegate, supply, parsed forms", async () => {
  const mint = await spl.createMint(connection, payer, payer.publicKey, null, 6);
  const mine = await spl.getOrCreateAssociatedTokenAccount(connection, payer, mint, payer.publicKey);
  const owner = Keypair.generate();
  const theirs = await spl.getOrCreateAssociatedTokenAccount(connection, payer, mint, owner.publicKey);
  await spl.mintTo(connection, payer, mint, mine.address, payer, 5_000_000n);
  const signature = await spl.transferChecked(connection, payer, mine.address, mint, theirs.address, payer, 2_000_000n, 6);
  assert.equal((await spl.getAccount(connection, theirs.address)).amount, 2_000_000n);
  assert.equal((await spl.getMint(connection, mint)).supply, 5_000_000n);
  assert.equal((await connection.getTokenAccountBalance(theirs.address)).value.uiAmountString, "2");
  assert.equal((await connection.getTokenSupply(mint)).value.amount, "5000000");
  const largest = (await connection.getTokenLargestAccounts(mint)).value;
  assert.deepEqual(largest.map((entry) => entry.amount), ["3000000", "2000000"]);
  const owned = await connection.getTokenAccountsByOwner(owner.publicKey, { mint });
  assert.equal(owned.value[0].pubkey.toBase58(), theirs.address.toBase58());
  const parsed = await connection.getParsedTokenAccountsByOwner(owner.publicKey, { programId: spl.TOKEN_PROGRAM_ID });
  assert.equal(parsed.value[0].account.data.parsed.info.tokenAmount.uiAmount, 2);
  const filters = [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: mint.toBase58() } }];
  assert.equal((await connection.getProgramAccounts(spl.TOKEN_PROGRAM_ID, { filters })).length, 2);
  assert.equal((await connection.getParsedProgramAccounts(spl.TOKEN_PROGRAM_ID, { filters })).length, 2);
  const sliced = await connection.getProgramAccounts(spl.TOKEN_PROGRAM_ID, { filters, dataSlice: { offset: 64, length: 8 } });
  assert.deepEqual(sliced.map((entry) => entry.account.data.readBigUInt64LE()).sort(), [2_000_000n, 3_000_000n]);
  const shown = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
  assert.equal(shown.meta.postTokenBalances.find((entry) => entry.owner === owner.publicKey.toBase58()).uiTokenAmount.amount, "2000000");
  const [instruction] = shown.transaction.message.instructions;
  assert.equal(instruction.parsed.type, "transferChecked");
  assert.equal(instruction.parsed.info.tokenAmount.uiAmountString, "2");
  await spl.approve(connection, payer, theirs.address, payer.publicKey, owner, 7n);
  await spl.burn(connection, payer, mine.address, mint, payer, 3_000_000n);
  await spl.closeAccount(connection, payer, mine.address, payer.publicKey, payer);
  assert.equal(await connection.getAccountInfo(mine.address), null);
});

await check("a Token-2022 mint with a transfer fee", async () => {
  const mint = Keypair.generate();
  const program = spl.TOKEN_2022_PROGRAM_ID;
  const space = spl.getMintLen([spl.ExtensionType.TransferFeeConfig]);
  const lamports = await connection.getMinimumBalanceForRentExemption(space);
  await send([
    SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: mint.publicKey, space, lamports, programId: program }),
    spl.createInitializeTransferFeeConfigInstruction(mint.publicKey, payer.publicKey, payer.publicKey, 100, 10_000n, program),
    spl.createInitializeMintInstruction(mint.publicKey, 6, payer.publicKey, null, program),
  ], [mint]);
  const config = spl.getTransferFeeConfig(await spl.getMint(connection, mint.publicKey, "confirmed", program));
  assert.equal(config.newerTransferFee.transferFeeBasisPoints, 100);
  const accounts = [];
  for (const owner of [payer.publicKey, fresh()])
    accounts.push(await spl.createAssociatedTokenAccountIdempotent(connection, payer, mint.publicKey, owner, {}, program));
  await spl.mintTo(connection, payer, mint.publicKey, accounts[0], payer, 1_000_000n, [], undefined, program);
  await spl.transferCheckedWithFee(connection, payer, accounts[0], mint.publicKey, accounts[1], payer, 100_000n, 6, 1_000n, [], undefined, program);
  const after = await spl.getAccount(connection, accounts[1], "confirmed", program);
  assert.equal(after.amount, 99_000n);
  assert.equal(spl.getTransferFeeAmount(after).withheldAmount, 1_000n);
  const { value } = await connection.getParsedAccountInfo(mint.publicKey);
  assert.equal(value.data.program, "spl-token-2022");
  assert.equal(value.data.parsed.info.extensions[0].extension, "transferFeeConfig");
});

await check("a lookup table in a version 0 transaction", async () => {
  const friend = fresh();
  const recentSlot = await connection.getSlot("finalized");
  const [create, address] = web3.AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot });
  const extend = web3.AddressLookupTableProgram.extendLookupTable({ lookupTable: address, authority: payer.publicKey, payer: payer.publicKey, addresses: [friend] });
  await send([create, extend]);
  const { value: table } = await connection.getAddressLookupTable(address);
  assert.deepEqual(table.state.addresses.map(String), [friend.toBase58()]);
  // a table may be used from the slot after it was extended, and preflight meets the newest confirmed slot
  await present(async () => (await connection.getSlot()) > Number(table.state.lastExtendedSlot) || null);
  const transaction = await versioned([pay(friend, SOL)], [table]);
  assert.equal(transaction.message.addressTableLookups.length, 1);
  const signature = await connection.sendTransaction(transaction);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  assert.equal(await connection.getBalance(friend), SOL);
  const shown = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  assert.deepEqual(shown.meta.loadedAddresses.writable.map(String), [friend.toBase58()]);
  await assert.rejects(connection.getTransaction(signature), /not supported by the requesting client/);
  const parsed = (await connection.getParsedAccountInfo(address)).value.data;
  assert.equal(parsed.program, "address-lookup-table");
  assert.equal(parsed.parsed.type, "lookupTable");
  assert.deepEqual(parsed.parsed.info.addresses, [friend.toBase58()]);
  assert.equal(parsed.parsed.info.deactivationSlot, "18446744073709551615");
});

await check("a durable nonce", async () => {
  const nonce = Keypair.generate();
  await send([SystemProgram.createNonceAccount({ fromPubkey: payer.publicKey, noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey, lamports: SOL })], [nonce]);
  const before = (await connection.getNonce(nonce.publicKey)).nonce;
  const minContextSlot = await connection.getSlot("processed");
  const transaction = new Transaction({
    feePayer: payer.publicKey,
    nonceInfo: { nonce: before, nonceInstruction: SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey }) },
    minContextSlot,
  }).add(pay(fresh()));
  transaction.sign(payer);
  const signature = await connection.sendRawTransaction(transaction.serialize(), { minContextSlot: minContextSlot - 40 });
  const outcome = await connection.confirmTransaction({ signature, nonceAccountPubkey: nonce.publicKey, nonceValue: before, minContextSlot: minContextSlot - 40 }, "confirmed");
  assert.equal(outcome.value.err, null);
  assert.notEqual((await connection.getNonce(nonce.publicKey)).nonce, before);
  const { value } = await connection.getParsedAccountInfo(nonce.publicKey);
  assert.equal(value.data.parsed.info.authority, payer.publicKey.toBase58());
  await assert.rejects(connection.sendRawTransaction(transaction.serialize()));
});

await check("several accounts at once, and a slot that is not there yet", async () => {
  const { context, value } = await connection.getMultipleAccountsInfoAndContext([payer.publicKey, fresh()]);
  assert.deepEqual(value.map((account) => account === null), [false, true]);
  assert.ok(context.slot > 0);
  await assert.rejects(connection.getAccountInfo(payer.publicKey, { minContextSlot: context.slot + 10_000_000 }), /Minimum context slot/);
});

await check("every subscription", async () => {
  const friend = fresh();
  const heard = {};
  const waiting = [];
  const hear = (name, subscribe) => waiting.push(within(10_000, new Promise((resolve) => { heard[name] = subscribe(resolve); }), name));
  hear("account", (done) => connection.onAccountChange(friend, (account) => done(account.lamports), { commitment: "confirmed", encoding: "base64" }));
  hear("program", (done) => connection.onProgramAccountChange(SystemProgram.programId, (entry) => done(entry.accountId), { commitment: "processed", filters: [{ dataSize: 0 }] }));
  hear("logs", (done) => connection.onLogs(friend, (logs) => done(logs.signature), "processed"));
  hear("all logs", (done) => connection.onLogs("all", (logs) => done(logs.signature), "confirmed"));
  hear("slot", (done) => connection.onSlotChange((slot) => done(slot.slot)));
  hear("slot update", (done) => connection.onSlotUpdate((update) => done(update.type)));
  hear("root", (done) => connection.onRootChange(done));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const transaction = await versioned([pay(friend, SOL)]);
  const signature = await connection.sendTransaction(transaction);
  waiting.push(within(10_000, new Promise((done) => connection.onSignature(signature, (result) => done(result.err), "finalized")), "signature"));
  const [lamports, , mentioned, , slot, , root, err] = await Promise.all(waiting);
  assert.equal(lamports, SOL);
  assert.equal(mentioned, signature);
  assert.ok(root < slot + 1000);
  assert.equal(err, null);
  await Promise.all([
    connection.removeAccountChangeListener(heard.account), connection.removeProgramAccountChangeListener(heard.program),
    connection.removeOnLogsListener(heard.logs), connection.removeOnLogsListener(heard["all logs"]),
    connection.removeSlotChangeListener(heard.slot), connection.removeSlotUpdateListener(heard["slot update"]),
    connection.removeRootChangeListener(heard.root),
  ]);
});

await check("expiry by block height", async () => {
  const { blockhash } = await connection.getLatestBlockhash();
  const lastValidBlockHeight = (await connection.getBlockHeight()) + 10;
  const waiting = connection.confirmTransaction({ signature: "1".repeat(64), blockhash, lastValidBlockHeight });
  await assert.rejects(waiting, web3.TransactionExpiredBlockheightExceededError);
});

report();
