// Runs named checks one after another and prints one JSON object: name -> null, or what went wrong.
const results = {};

export const [rpcUrl, wsUrl, jitoUrl] = process.argv.slice(2);

export async function check(name, body) {
  try {
    await body();
    results[name] = null;
  } catch (error) {
    const logs = error?.logs ? `\n${error.logs.join("\n")}` : "";
    results[name] = `${error?.stack ?? JSON.stringify(error)}${logs}`.slice(0, 3000);
  }
}

export function report() {
  process.stdout.write(JSON.stringify(results), () => process.exit(0));
}

export async function within(milliseconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function present(read) {
  for (const end = Date.now() + 5_000; Date.now() < end; ) {
    const found = await read();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("still null after 5 s");
}

export async function rpc(method, params = []) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const reply = await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
  return reply.json();
}
