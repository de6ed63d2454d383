// SPDX-License-Identifier: Apache-2.0
// What the JavaScript clients and servers send, the same in every contender.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const protos = fileURLToPath(new URL("../proto", import.meta.url));
export const text = "sixteen bytes ok";
export const token =
  "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjdXNfOGYxNGU0NWYiLCJzY29wZSI6Im9yZGVyczp3cml0ZSJ9.c2lnbmF0dXJl";
export const order = readJson("order.json");
export const metadata = Object.entries(readJson("metadata.json")).map(([name, value]) => [
  name,
  name.endsWith("-bin") ? Buffer.from(value, "base64") : value,
]);
export const smallChunk = new Uint8Array(64 * 1024).fill(97);
export const largeChunk = new Uint8Array(1024 * 1024).fill(97);
export const listMessages = 10_000;
export const chatMessages = 1_000;
export const chunks = 1_024;

/** Certificate and key named after `--tls`, or undefined. */
export function tlsArguments() {
  const at = process.argv.indexOf("--tls");
  if (at < 0) return undefined;
  const [cert, key] = process.argv.slice(at + 1, at + 3).map((path) => readFileSync(path));
  return { cert, key };
}

function readJson(name) {
  return JSON.parse(readFileSync(`${protos}/${name}`, "utf8"));
}
