// SPDX-License-Identifier: Apache-2.0
import { createChannel } from "petrel";
import { createProxy } from "./proxy.js";

await using backend = createChannel(process.env.BACKEND ?? "127.0.0.1:50051");
const proxy = createProxy(backend);
const { target } = await proxy.listen(process.env.LISTEN ?? "127.0.0.1:50052");
console.log(`proxy at ${target}, in front of ${backend.target}`);

await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
await proxy.shutdown({ graceMs: 10_000 });
