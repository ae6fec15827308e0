// @coral-xyz/anchor on the AMM program.
import assert from "node:assert/strict";
import anchor from "@coral-xyz/anchor";
import * as spl from "@solana/spl-token";
import { check, report, rpcUrl, within, wsUrl } from "./checks.mjs";
import { IDL } from "./cpmm_idl.mjs";

const { AnchorProvider, BN, Program, Wallet, web3 } = anchor;
const { Keypair, PublicKey, LAMPORTS_PER_SOL: SOL } = web3;
const connection = new web3.Connection(rpcUrl, { commitment: "confirmed", wsEndpoint: wsUrl });
const payer = Keypair.generate();
const provider = new AnchorProvider(connection, new Wallet(payer), { commitment: "confirmed", preflightCommitment: "confirmed" });
const program = new Program(IDL, provider);
const at = (...seeds) => PublicKey.findProgramAddressSync(seeds.map((seed) => (typeof seed === "string" ? Buffer.from(seed) : seed.toBuffer())), program.programId)[0];
const config = PublicKey.findProgramAddressSync([Buffer.from("amm_config"), Buffer.from([0, 0])], program.programId)[0];
const authority = at("vault_and_lp_mint_auth_seed");
let pool, accounts, swap;

await check("setup: SOL, two mints, tokens", async () => {
  const signature = await connection.requestAirdrop(payer.publicKey, 1000 * SOL);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  const mints = [];
  for (const decimals of [6, 9]) mints.push(await spl.createMint(connection, payer, payer.publicKey, null, decimals));
  mints.sort((one, other) => Buffer.compare(one.toBuffer(), other.toBuffer()));
  const held = [];
  for (const mint of mints) {
    held.push(await spl.createAssociatedTokenAccount(connection, payer, mint, payer.publicKey));
    await spl.mintTo(connection, payer, mint, held.at(-1), payer, 10n ** 15n);
  }
  pool = at("pool", config, ...mints);
  const lpMint = at("pool_lp_mint", pool);
  const vaults = mints.map((mint) => at("pool_vault", pool, mint));
  const observationState = at("observation", pool);
  const token = spl.TOKEN_PROGRAM_ID;
  accounts = {
    creator: payer.publicKey, ammConfig: config, authority, poolState: pool, token0Mint: mints[0], token1Mint: mints[1], lpMint,
    creatorToken0: held[0], creatorToken1: held[1], creatorLpToken: spl.getAssociatedTokenAddressSync(lpMint, payer.publicKey),
    token0Vault: vaults[0], token1Vault: vaults[1], createPoolFee: new PublicKey("DNXgeM9EiiaAbaWvwjHj9fQQLAX5ZsfHyvmYUNRAdNC8"),
    observationState, tokenProgram: token, token0Program: token, token1Program: token,
    associatedTokenProgram: spl.ASSOCIATED_TOKEN_PROGRAM_ID, systemProgram: web3.SystemProgram.programId, rent: web3.SYSVAR_RENT_PUBKEY,
  };
  swap = {
    payer: payer.publicKey, authority, ammConfig: config, poolState: pool, inputTokenAccount: held[0], outputTokenAccount: held[1],
    inputVault: vaults[0], outputVault: vaults[1], inputTokenProgram: token, outputTokenProgram: token,
    inputTokenMint: mints[0], outputTokenMint: mints[1], observationState,
  };
});

await check("an account of the program", async () => {
  const found = await program.account.ammConfig.fetch(config);
  assert.equal(found.tradeFeeRate.toNumber(), 2500);
});

await check("initialize", async () => {
  await program.methods.initialize(new BN(10 ** 12), new BN(10 ** 12), new BN(0)).accounts(accounts).rpc();
  const state = await program.account.poolState.fetch(pool);
  assert.equal(state.token0Mint.toBase58(), accounts.token0Mint.toBase58());
  assert.ok((await program.account.poolState.all()).some((entry) => entry.publicKey.equals(pool)));
  const filtered = await program.account.poolState.all([{ memcmp: { offset: 8 + 160, bytes: accounts.token0Mint.toBase58() } }]);
  assert.equal(filtered.length, 1);
  await new Promise((resolve) => setTimeout(resolve, 2100));
});

await check("simulate", async () => {
  const simulated = await program.methods.swapBaseInput(new BN(10 ** 9), new BN(1)).accounts(swap).simulate();
  assert.equal(simulated.events[0].name, "swapEvent");
  assert.ok(simulated.raw.length > 3);
});

await check("swap, with its event from the logs", async () => {
  let listener;
  const heard = new Promise((resolve) => { listener = program.addEventListener("swapEvent", (event) => resolve(event)); });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = (await spl.getAccount(connection, swap.outputTokenAccount)).amount;
  await program.methods.swapBaseInput(new BN(10 ** 9), new BN(1)).accounts(swap).rpc();
  const event = await within(10_000, heard, "swapEvent");
  assert.equal(event.inputAmount.toNumber(), 10 ** 9);
  const after = (await spl.getAccount(connection, swap.outputTokenAccount)).amount;
  assert.equal(after - before, BigInt(event.outputAmount.toString()));
  await program.removeEventListener(listener);
});

await check("swap for an exact output", async () => {
  const before = (await spl.getAccount(connection, swap.outputTokenAccount)).amount;
  await program.methods.swapBaseOutput(new BN(10 ** 10), new BN(10 ** 6)).accounts(swap).rpc();
  assert.equal((await spl.getAccount(connection, swap.outputTokenAccount)).amount - before, 1_000_000n);
});

await check("an error of the program has its name", async () => {
  const error = await program.methods.swapBaseInput(new BN(10 ** 6), new BN(10 ** 12)).accounts(swap).rpc().then(() => null, (reason) => reason);
  assert.ok(error instanceof anchor.AnchorError, String(error));
  assert.equal(error.error.errorCode.number, 6005);
  assert.equal(error.error.errorCode.code, "ExceededSlippage");
});

await check("a view of a recorded transaction: its events again", async () => {
  const signature = await program.methods.swapBaseInput(new BN(10 ** 9), new BN(1)).accounts(swap).rpc();
  const shown = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0, commitment: "confirmed" });
  const events = [...new anchor.EventParser(program.programId, program.coder).parseLogs(shown.meta.logMessages)];
  assert.equal(events[0].name, "swapEvent");
});

report();
