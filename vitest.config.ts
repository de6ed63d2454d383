import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`runtime/src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the sources; only the packed tarballs are tested against dist.
    alias: [
      // PETREL_TEXT=portable: the UTF-8 coder of browsers.
      { find: /^#text$/, replacement: source(`wire/text/${process.env.PETREL_TEXT ?? "node"}.ts`) },
      { find: /^petrel$/, replacement: source("node/index.ts") },
      { find: /^petrel\/testing$/, replacement: source("testing/index.ts") },
      { find: /^petrel\/(codegen|wkt|json)$/, replacement: source("$1.ts") },
    ],
  },
  test: {
    include: ["{plugin,runtime,scripts,examples}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    setupFiles: ["runtime/test/support/leak-check.ts"],
    pool: "forks",
    testTimeout: 20_000,
  },
});
