// SPDX-License-Identifier: Apache-2.0
// Loads a server from one process: `node load.js CLIENT PORT WORK SECONDS IN_FLIGHT [--ca FILE] [--rate CALLS_PER_SECOND]`.
// CLIENT is a module that exports `connect(port, ca)`, which resolves to an object with a function for every WORK.
// Warms up for a second and prints one line of JSON: calls, seconds, p50Us, p99Us, cpuUs.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { protos } from "./payload.js";

const warmUpSeconds = 1;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ca: { type: "string" }, rate: { type: "string" } },
});
const [modulePath, port, work, seconds, inFlight] = positionals;
const { connect } = await import(pathToFileURL(modulePath));
const client = await connect(Number(port), values.ca && readFileSync(values.ca), protos);
const call = () => client[work]();
const load =
  values.rate === undefined
    ? (span) => loadInFlight(span, Number(inFlight))
    : (span) => loadAtRate(span, Number(values.rate));

await load(warmUpSeconds);
const cpuBefore = process.cpuUsage();
const began = performance.now();
const latencies = await load(Number(seconds));
const elapsed = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
latencies.sort((a, b) => a - b);
const percentile = (share) => 1_000 * latencies[Math.floor(share * (latencies.length - 1))];
console.log(
  JSON.stringify({
    calls: latencies.length,
    seconds: elapsed,
    p50Us: percentile(0.5),
    p99Us: percentile(0.99),
    cpuUs: user + system,
  }),
);
process.exit(0);

/** So many calls in flight all the time. Returns how many milliseconds each took. */
async function loadInFlight(span, count) {
  const milliseconds = [];
  const end = performance.now() + span * 1_000;
  const worker = async () => {
    let began = performance.now();
    while (began < end) {
      await call();
      const ended = performance.now();
      milliseconds.push(ended - began);
      began = ended;
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
  return milliseconds;
}

/** So many calls a second whatever the answers take; a call's time counts from when it was due. */
async function loadAtRate(span, rate) {
  const milliseconds = [];
  const running = [];
  const start = performance.now();
  const end = start + span * 1_000;
  for (let started = 0; performance.now() < end; ) {
    const due = Math.min(((performance.now() - start) * rate) / 1_000, span * rate);
    for (; started < due; started++) {
      const dueAt = start + (started * 1_000) / rate;
      running.push(call().then(() => void milliseconds.push(performance.now() - dueAt)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return milliseconds;
}
