// SPDX-License-Identifier: Apache-2.0
import { createServer } from "petrel";
import { StockService } from "./new/gen/stock/v1/stock_grpc.js";
import { createStock } from "./stock.js";

const server = createServer().addService(StockService, createStock());
const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`stock at ${target}`);
process.once("SIGTERM", () => server.shutdown({ graceMs: 5_000 }));
process.once("SIGINT", () => server.shutdown({ graceMs: 5_000 }));
