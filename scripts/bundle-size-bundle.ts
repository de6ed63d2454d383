// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Bundle {
  readonly text: string;
  readonly gzipBytes: number;
  /** Paths of the files that something in the bundle comes from. */
  readonly inputs: readonly string[];
}

/**
 * Bundles an ES module, given as text whose imports are resolved from `folder`, as a user with esbuild does;
 * modules in `external` stay imports.
 */
export async function bundle(
  folder: string,
  platform: "browser" | "node",
  source: string,
  external: string[] = [],
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform,
    external,
    target: "es2022",
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text ?? "";
  const output = Object.values(metafile.outputs)[0]?.inputs ?? {};
  const inputs = Object.keys(output).filter((path) => (output[path]?.bytesInOutput ?? 0) > 0);
  return { text, gzipBytes: text === "" ? 0 : gzipSync(text, { level: 9 }).length, inputs };
}
