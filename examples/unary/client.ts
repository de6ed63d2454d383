// SPDX-License-Identifier: Apache-2.0
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code, createChannel, StatusError } from "petrel";
import { CatalogServiceClient } from "./gen/catalog/v1/catalog_grpc.js";
import type { Product } from "./gen/catalog/v1/catalog_pb.js";

await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50051");
// Stubs cost nothing: make them where they are used, with the defaults that fit there.
const catalog = new CatalogServiceClient(channel, { timeoutMs: 2_000 });

try {
  const creation = catalog.createProduct({ product: { sku: "MUG-0042", title: "Mug", priceCents: 1250n } });
  await creation;
  console.log(`created, products now: ${(await creation.trailers).get("catalog-size")}`);
} catch (error) {
  if (!(error instanceof StatusError) || error.code !== Code.ALREADY_EXISTS) throw error;
  console.log("was there already");
}

const mug = await findProduct("MUG-0042");
if (mug?.createdAt !== undefined) console.log(`${mug.title}, since ${timestampDate(mug.createdAt).toISOString()}`);

/** The product, or undefined when there is none; any other failure is thrown. */
async function findProduct(sku: string): Promise<Product | undefined> {
  try {
    return (await catalog.getProduct({ sku })).product;
  } catch (error) {
    if (error instanceof StatusError && error.code === Code.NOT_FOUND) return undefined;
    throw error;
  }
}
