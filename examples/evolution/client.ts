// SPDX-License-Identifier: Apache-2.0
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { createChannel } from "petrel";
import { StockServiceClient } from "./new/gen/stock/v1/stock_grpc.js";
import { Condition } from "./new/gen/stock/v1/stock_pb.js";

await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50052");
const stock = new StockServiceClient(channel, { timeoutMs: 2_000 });

await stock.putItem({
  item: {
    sku: "LAMP-7",
    name: "  Desk lamp ",
    count: 12n,
    condition: Condition.REPAIRED,
    checkedAt: timestampNow(),
    tags: ["brass"],
  },
});
const { item } = await stock.getItem({ sku: "LAMP-7" });
console.log(`"${item?.name}", tags: ${item?.tags.join(", ")}, repaired: ${item?.condition === Condition.REPAIRED}`);
