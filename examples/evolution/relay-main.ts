// SPDX-License-Identifier: Apache-2.0
import { createChannel } from "petrel";
import { createRelay } from "./relay.js";

await using backend = createChannel(process.env.BACKEND ?? "127.0.0.1:50051");
const relay = createRelay(backend);
const { target } = await relay.listen(process.env.LISTEN ?? "127.0.0.1:50052");
console.log(`relay at ${target}, in front of ${backend.target}`);

await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
await relay.shutdown({ graceMs: 5_000 });
