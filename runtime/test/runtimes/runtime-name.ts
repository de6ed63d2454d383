// SPDX-License-Identifier: Apache-2.0

const { bun, deno } = process.versions as { readonly bun?: string; readonly deno?: string };

/** What runs the tests. A test that cannot hold somewhere says `skip(runtimeName === "bun", "why")`, and stays short. */
export const runtimeName: "node" | "bun" | "deno" = bun !== undefined ? "bun" : deno !== undefined ? "deno" : "node";
