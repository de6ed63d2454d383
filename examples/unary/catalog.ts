// SPDX-License-Identifier: Apache-2.0
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, StatusError } from "petrel";
import type { CatalogServiceHandlers } from "./gen/catalog/v1/catalog_grpc.js";
import type {
  CreateProductResponseInit,
  GetProductResponseInit,
  Product,
  ProductInit,
} from "./gen/catalog/v1/catalog_pb.js";

const skuPattern = /^[A-Z0-9]+(-[A-Z0-9]+)*$/;
const maxTitleCharacters = 200;

/** The handlers of a catalog that lives in memory. */
export function createCatalog(): CatalogServiceHandlers {
  const products = new Map<string, ProductInit>();
  return {
    getProduct(request, context) {
      const product = products.get(request.sku);
      if (product === undefined) throw new StatusError(Code.NOT_FOUND, `no product ${request.sku}`);
      context.headers.set("cache-control", "max-age=60");
      // `satisfies`: TypeScript by itself lets a misspelt key in a returned object pass.
      return { product } satisfies GetProductResponseInit;
    },

    createProduct(request, context) {
      const { product } = request;
      if (product === undefined) throw new StatusError(Code.INVALID_ARGUMENT, "product is required");
      checkProduct(product);
      if (products.has(product.sku)) throw new StatusError(Code.ALREADY_EXISTS, `product ${product.sku} exists`);
      const created = { ...product, createdAt: timestampNow() };
      products.set(product.sku, created);
      context.trailers.set("catalog-size", String(products.size));
      return { product: created } satisfies CreateProductResponseInit;
    },
  };
}

function checkProduct(product: Product): void {
  if (!skuPattern.test(product.sku)) {
    throw new StatusError(
      Code.INVALID_ARGUMENT,
      `product.sku must be like MUG-0042, got ${JSON.stringify(product.sku)}`,
    );
  }
  if (product.title === "" || product.title.length > maxTitleCharacters) {
    throw new StatusError(Code.INVALID_ARGUMENT, `product.title must have 1 to ${maxTitleCharacters} characters`);
  }
  if (product.priceCents < 0n) {
    throw new StatusError(Code.INVALID_ARGUMENT, `product.price_cents must not be negative, got ${product.priceCents}`);
  }
}
