// SPDX-License-Identifier: Apache-2.0
import { Code, createChannel, createServer, type StatusError } from "petrel";
import { expect, test } from "vitest";
import { createCatalog } from "./catalog.js";
import { CatalogService, CatalogServiceClient } from "./gen/catalog/v1/catalog_grpc.js";
import type { ProductInit } from "./gen/catalog/v1/catalog_pb.js";

async function withCatalog(use: (catalog: CatalogServiceClient) => Promise<void>): Promise<void> {
  await using server = createServer().addService(CatalogService, createCatalog());
  const { target } = await server.listen("127.0.0.1:0");
  await using channel = createChannel(target);
  await use(new CatalogServiceClient(channel, { timeoutMs: 10_000 }));
}

const mug: ProductInit = { sku: "MUG-0042", title: "Mug", priceCents: 1250n, tags: ["kitchen"] };

test("a created product is found again, whole", () =>
  withCatalog(async (catalog) => {
    const creation = catalog.createProduct({ product: mug });
    const { product } = await creation;
    expect(product).toMatchObject({ sku: "MUG-0042", title: "Mug", priceCents: 1250n, tags: ["kitchen"] });
    expect((await creation.trailers).get("catalog-size")).toBe("1");
    expect(await creation.status).toMatchObject({ code: Code.OK });

    const look = catalog.getProduct({ sku: "MUG-0042" });
    expect((await look).product).toEqual(product);
    expect((await look.headers).get("cache-control")).toBe("max-age=60");
  }));

test("a product that is not there is NOT_FOUND", () =>
  withCatalog(async (catalog) => {
    const failure: StatusError = await catalog.getProduct({ sku: "CUP-1" }).then(
      () => expect.unreachable("the call must fail"),
      (error) => error,
    );
    expect(failure).toMatchObject({ name: "StatusError", code: Code.NOT_FOUND, message: "no product CUP-1" });
    expect(failure.stack).toContain("unary.test.ts");
  }));

test("a second product of one SKU is ALREADY_EXISTS", () =>
  withCatalog(async (catalog) => {
    await catalog.createProduct({ product: mug });
    await expect(catalog.createProduct({ product: mug })).rejects.toMatchObject({ code: Code.ALREADY_EXISTS });
  }));

const refused: readonly [why: string, product: ProductInit | undefined, message: string][] = [
  ["no product", undefined, "product is required"],
  ["a SKU in small letters", { ...mug, sku: "mug" }, 'product.sku must be like MUG-0042, got "mug"'],
  ["no title", { ...mug, title: "" }, "product.title must have 1 to 200 characters"],
  ["a negative price", { ...mug, priceCents: -1n }, "product.price_cents must not be negative, got -1"],
];
for (const [why, product, message] of refused) {
  test(`${why} is INVALID_ARGUMENT`, () =>
    withCatalog(async (catalog) => {
      await expect(catalog.createProduct({ product })).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT, message });
    }));
}
