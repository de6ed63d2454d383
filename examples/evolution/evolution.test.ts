// SPDX-License-Identifier: Apache-2.0
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Channel, Code, createChannel, createServer, type Server } from "petrel";
import { expect, test } from "vitest";
import { StockService, StockServiceClient } from "./new/gen/stock/v1/stock_grpc.js";
import { Condition, type ItemInit } from "./new/gen/stock/v1/stock_pb.js";
import {
  StockService as OldStockService,
  StockServiceClient as OldStockServiceClient,
  type StockServiceHandlers as OldStockServiceHandlers,
} from "./old/gen/stock/v1/stock_grpc.js";
import { Condition as OldCondition, type Item as OldItem } from "./old/gen/stock/v1/stock_pb.js";
import { createRelay } from "./relay.js";
import { createStock } from "./stock.js";

const lamp = {
  sku: "LAMP-7",
  name: "Desk lamp",
  count: 12n,
  condition: Condition.REPAIRED,
  checkedAt: timestampFromMs(1_763_712_000_000),
  tags: ["brass", "220 V"],
} satisfies ItemInit;

/** What a server of the old version was. */
function createOldStock(): OldStockServiceHandlers {
  let stored: OldItem | undefined;
  return {
    getItem: () => (stored === undefined ? {} : { item: stored }),
    putItem({ item }) {
      stored = item;
      return item === undefined ? {} : { item };
    },
  };
}

async function withChannel(server: Server, use: (channel: Channel) => Promise<void>): Promise<void> {
  await using _ = server;
  await using channel = createChannel((await server.listen("127.0.0.1:0")).target);
  await use(channel);
}

const withNewServer = (use: (channel: Channel) => Promise<void>) =>
  withChannel(createServer().addService(StockService, createStock()), use);
const withOldServer = (use: (channel: Channel) => Promise<void>) =>
  withChannel(createServer().addService(OldStockService, createOldStock()), use);

test("an old client reads what a new one wrote: the renamed field, and the number of an enum value it does not know", () =>
  withNewServer(async (channel) => {
    await new StockServiceClient(channel).putItem({ item: lamp });
    const { item } = await new OldStockServiceClient(channel).getItem({ sku: lamp.sku });
    expect(item).toMatchObject({ sku: lamp.sku, title: lamp.name, count: 12, condition: 4, shelf: "" });
    expect(Object.values(OldCondition)).not.toContain(item?.condition);
    expect(item?.$unknown?.map(({ no }) => no)).toEqual([6, 7, 7]);
  }));

test("a new server keeps a field that it no longer has for the old clients that still do", () =>
  withNewServer(async (channel) => {
    const old = new OldStockServiceClient(channel);
    await old.putItem({ item: { sku: "CUP-1", title: "Cup", shelf: "B12", condition: OldCondition.SCRATCHED } });
    const { item } = await new StockServiceClient(channel).getItem({ sku: "CUP-1" });
    expect(item).toMatchObject({ name: "Cup", condition: 3, tags: [] });
    expect(item).not.toHaveProperty("shelf");
    expect((await old.getItem({ sku: "CUP-1" })).item).toMatchObject({
      shelf: "B12",
      condition: OldCondition.SCRATCHED,
    });
  }));

test("an old server stores what a new client added and gives it back", () =>
  withOldServer(async (channel) => {
    const stock = new StockServiceClient(channel);
    await stock.putItem({ item: lamp });
    expect((await stock.getItem({ sku: lamp.sku })).item).toMatchObject(lamp);
  }));

test("of a widened number old code reads the lowest 32 bits, and what it writes new code reads as it is, negative too", () =>
  withNewServer(async (channel) => {
    const old = new OldStockServiceClient(channel);
    const stock = new StockServiceClient(channel);
    await stock.putItem({ item: { ...lamp, count: 2n ** 32n + 5n } });
    expect((await old.getItem({ sku: lamp.sku })).item?.count).toBe(5);
    await old.putItem({ item: { sku: lamp.sku, count: -3 } });
    expect((await stock.getItem({ sku: lamp.sku })).item?.count).toBe(-3n);
  }));

test("an intermediary of the old version changes its field and passes on those it does not know", () =>
  withNewServer(async (backend) => {
    await withChannel(createRelay(backend), async (channel) => {
      const stock = new StockServiceClient(channel);
      await stock.putItem({ item: { ...lamp, name: "  Desk lamp " } });
      expect((await stock.getItem({ sku: lamp.sku })).item).toMatchObject(lamp);
    });
    expect((await new StockServiceClient(backend).getItem({ sku: lamp.sku })).item).toMatchObject(lamp);
  }));

test("a method that was added is UNIMPLEMENTED at an old server", () =>
  withOldServer(async (channel) => {
    await expect(new StockServiceClient(channel).countItems({})).rejects.toMatchObject({ code: Code.UNIMPLEMENTED });
  }));
