// jito-js-rpc, Jito's own client, with @solana/web3.js.
import assert from "node:assert/strict";
import * as web3 from "@solana/web3.js";
import jito from "jito-js-rpc";
import { check, jitoUrl, report, rpcUrl, wsUrl } from "./checks.mjs";

const { Keypair, LAMPORTS_PER_SOL: SOL, PublicKey, SystemProgram, Transaction } = web3;
const connection = new web3.Connection(rpcUrl, { commitment: "confirmed", wsEndpoint: wsUrl });
const engine = new jito.JitoJsonRpcClient(`${jitoUrl}/api/v1`, "");
const payer = Keypair.generate();
const friend = Keypair.generate().publicKey;

async function encoded(lamports, { tip = 1_000, aside = [] } = {}) {
  const { blockhash } = await connection.getLatestBlockhash();
  const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: friend, lamports });
  pay.keys.push(...aside.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false })));
  const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash }).add(pay);
  if (tip) {
    const toPubkey = new PublicKey(await engine.getRandomTipAccount());
    transaction.add(SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey, lamports: tip }));
  }
  transaction.sign(payer);
  return transaction.serialize().toString("base64");
}

const bundle = async (transactions) => (await engine.sendBundle([transactions, { encoding: "base64" }])).result;
const reason = async (work) => {
  try {
    await work();
  } catch (error) {
    return error.response.data.error;
  }
  throw new Error("it was taken");
};

await check("tip accounts", async () => {
  assert.equal((await engine.getTipAccounts()).result.length, 8);
  const signature = await connection.requestAirdrop(payer.publicKey, 100 * SOL);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
});

await check("a bundle of two lands in one slot", async () => {
  const id = await bundle([await encoded(SOL), await encoded(2 * SOL, { tip: 0 })]);
  const status = await engine.confirmInflightBundle(id, 20_000);
  assert.deepEqual(status.err, { Ok: null });
  assert.equal(status.bundle_id, id);
  assert.equal(status.transactions.length, 2);
  const landed = await connection.getSignatureStatuses(status.transactions);
  assert.deepEqual(landed.value.map((each) => [each.slot, each.err]), [[status.slot, null], [status.slot, null]]);
  assert.equal(await connection.getBalance(friend, "processed"), 3 * SOL);
});

await check("a bundle whose second part fails has no effect", async () => {
  const before = await connection.getBalance(payer.publicKey, "processed");
  const id = await bundle([await encoded(SOL), await encoded(10_000 * SOL)]);
  assert.equal((await engine.confirmInflightBundle(id, 20_000)).status, "Failed");
  assert.equal(await connection.getBalance(payer.publicKey, "processed"), before);
});

await check("one transaction, reverting at no cost", async () => {
  const before = await connection.getBalance(payer.publicKey, "processed");
  const send = async (lamports) => engine.sendTxn([await encoded(lamports), { encoding: "base64" }], true);
  assert.ok((await send(10_000 * SOL)).result);
  const { result: signature } = await send(SOL / 2);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  const paid = before - (await connection.getBalance(payer.publicKey));
  assert.equal(paid, SOL / 2 + 1_000 + 5_000);
});

await check("refusals have their reasons", async () => {
  const untipped = await encoded(SOL, { tip: 0 });
  const words = "Bundles must write lock at least one tip account to be eligible for the auction.";
  assert.deepEqual(await reason(() => bundle([untipped])), { code: -32602, message: words, data: null });
  const shy = await encoded(SOL, { aside: [new PublicKey("jitodontfront111111111111111111111111111123")] });
  assert.match((await reason(async () => bundle([await encoded(3), shy]))).message, /must be the first/);
  const many = await Promise.all([1, 2, 3, 4, 5, 6].map((lamports) => encoded(lamports)));
  assert.match((await reason(() => bundle(many))).message, /maximum of 5/);
});

await check("a bundle that never was", async () => {
  const unknown = "0".repeat(64);
  const { result } = await engine.getInFlightBundleStatuses([[unknown]]);
  assert.deepEqual(result.value, [{ bundle_id: unknown, status: "Invalid", landed_slot: null }]);
  assert.deepEqual((await engine.getBundleStatuses([[unknown]])).result.value, []);
});

report();
