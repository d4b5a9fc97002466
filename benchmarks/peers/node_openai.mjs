// A typical client on Node: the OpenAI SDK, workers, and a turn that sleeps for the rest of the
// interval. Sends for SECONDS at RPM (0: unpaced) with PARALLEL workers, and prints its own figures
// for the latencies, in milliseconds.
//
// usage: node node_openai.mjs SDK URL RPM PARALLEL SECONDS
import { pathToFileURL } from "node:url";

const [sdk, url, rpm, parallel, seconds] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(`${sdk}/index.mjs`).href);
const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
const interval = rpm > 0 ? 60_000 / rpm : 0;
const end = performance.now() + 1000 * seconds;
const latencies = [];
let last = 0;
let turn = Promise.resolve();

async function sleepTheRest() {
  const rest = last + interval - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  last = performance.now();
}

async function work() {
  for (let number = 0; performance.now() < end; ++number) {
    if (interval > 0) {
      turn = turn.then(sleepTheRest);
      await turn;
    }
    const asked = performance.now();
    await client.chat.completions.create({
      model: "gpt-4o-mini",
      temperature: 0,
      messages: [{ role: "user", content: `Translate: sentence #${number}` }],
    });
    latencies.push(performance.now() - asked);
  }
}

await Promise.all(Array.from({ length: Number(parallel) }, work));
latencies.sort((a, b) => a - b);
const quantile = (q) => latencies[Math.floor(q * (latencies.length - 1))];
console.log(JSON.stringify({ p50: quantile(0.5), p99: quantile(0.99) }));
