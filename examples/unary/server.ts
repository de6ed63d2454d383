// SPDX-License-Identifier: Apache-2.0
import { createServer } from "petrel";
import { createCatalog } from "./catalog.js";
import { CatalogService } from "./gen/catalog/v1/catalog_grpc.js";

const server = createServer({
  receiveMaxBytes: 64 * 1024, // a product is small
  maxTimeoutMs: 30_000,
  onError: (error, call) => console.error(`${call?.method.path ?? "connection"} failed:`, error),
});
server.addService(CatalogService, createCatalog());

const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`catalog at ${target}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    const { completed, cancelled } = await server.shutdown({ graceMs: 10_000 });
    console.log(`stopped; of the calls still running ${completed} ended, ${cancelled} were cut`);
  });
}
