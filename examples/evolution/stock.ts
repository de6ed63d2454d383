// SPDX-License-Identifier: Apache-2.0
import { Code, StatusError } from "petrel";
import type { StockServiceHandlers } from "./new/gen/stock/v1/stock_grpc.js";
import type {
  CountItemsResponseInit,
  GetItemResponseInit,
  Item,
  PutItemResponseInit,
} from "./new/gen/stock/v1/stock_pb.js";

/** The handlers of today's stock. What it stores are messages whole, so that fields it does not know stay in them. */
export function createStock(): StockServiceHandlers {
  const items = new Map<string, Item>();
  return {
    getItem({ sku }) {
      const item = items.get(sku);
      if (item === undefined) throw new StatusError(Code.NOT_FOUND, `no item ${sku}`);
      return { item } satisfies GetItemResponseInit;
    },

    putItem({ item }) {
      if (item === undefined) throw new StatusError(Code.INVALID_ARGUMENT, "item is required");
      items.set(item.sku, item);
      return { item } satisfies PutItemResponseInit;
    },

    countItems() {
      return { items: BigInt(items.size) } satisfies CountItemsResponseInit;
    },
  };
}
