// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import type { User } from "./auth.js";
import { createNotesServer } from "./notes.js";

// In a product: look the token up, or verify its signature.
const users = new Map<string, User>([["let-me-in", { name: "ada", tenants: [1, 2] }]]);

const server = createNotesServer({
  tls: {
    cert: await readFile(new URL("./certs/server.pem", import.meta.url)),
    key: await readFile(new URL("./certs/server.key", import.meta.url)),
  },
  verify: async (token) => users.get(token),
  log: ({ path, code, durationMs, requestId }) =>
    console.log(`${path} ${code} ${durationMs.toFixed(1)} ms ${requestId}`),
});

const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`notes at ${target}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.shutdown());
