// SPDX-License-Identifier: Apache-2.0
import { type Channel, createServer, type Server } from "petrel";
import { StockService, StockServiceClient } from "./old/gen/stock/v1/stock_grpc.js";
import type { PutItemRequestInit } from "./old/gen/stock/v1/stock_pb.js";

/**
 * A server that was built before the schema changed and stands in front of one that was built after. It tidies titles and
 * passes on the rest, fields it has never heard of among it.
 */
export function createRelay(backend: Channel): Server {
  const stock = new StockServiceClient(backend);
  return createServer().addService(StockService, {
    getItem: (request) => stock.getItem(request),
    putItem: ({ item, ...request }) =>
      stock.putItem({
        // Spread, not picked field by field: unknown fields are in `$unknown` and come along.
        ...request,
        ...(item && { item: { ...item, title: item.title.trim() } }),
      } satisfies PutItemRequestInit),
  });
}
