// SPDX-License-Identifier: Apache-2.0
// The tables of docs/ say what the code says.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ErrorCode } from "../../src/http2/error-code.js";
import { defaultHttp2Limits, http2LimitNames } from "../../src/http2/limits.js";
import { codeOfHttpStatus } from "../../src/protocol/grpc/http-status.js";
import { resetStatus } from "../../src/protocol/grpc/reset-code.js";
import { Code, codeName } from "../../src/rpc/code.js";
import * as libraryStatuses from "../../src/rpc/library-status.js";
import type { Status } from "../../src/rpc/status.js";

const top = fileURLToPath(new URL("../../../", import.meta.url));
const sources = readSources();
// A test of a limit's boundary is one row of `boundaries` in its file: see runtime/test/support/http2-boundary.ts.
const boundaryTests = new Set(
  readdirSync(`${top}runtime/src/http2`)
    .filter((path) => /^limits-.*\.test\.ts$/.test(path))
    .flatMap((path) =>
      Array.from(
        readFileSync(`${top}runtime/src/http2/${path}`, "utf8").matchAll(/^ {4}limit: "(\w+)"/gm),
        ([, name]) => name,
      ),
    ),
);

test("docs/limits.md has every HTTP/2 limit with its default, in the code's order", () => {
  const defaults: Readonly<Record<string, number>> = { ...defaultHttp2Limits("server") };
  const rows = tableOf("docs/limits.md", "limit").map(([name, value]) => [name, value]);
  expect(rows).toEqual(http2LimitNames.map((name) => [name, String(defaults[name])]));
});

test("every HTTP/2 limit is counted, and tried below, at and above itself", () => {
  const core = sources.filter(({ path }) => path.startsWith("http2/") && path !== "http2/limits.ts");
  const counted = (name: string) => core.some(({ text }) => new RegExp(`counters\\.${name}\\b|"${name}"`).test(text));
  expect(http2LimitNames.filter((name) => !counted(name))).toEqual([]);
  expect(http2LimitNames.filter((name) => !boundaryTests.has(name))).toEqual([]);
});

test("docs/errors.md has every status that the library makes, with its code", () => {
  const users = sources.filter(({ path }) => path !== "rpc/library-status.ts");
  const made = Object.entries(libraryStatuses)
    .filter(([name]) => name !== "libraryStatus")
    .filter(([name]) => users.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)))
    .map(([name, value]) => [name, codeName(statusOf(value).code)]);
  expect(tableOf("docs/errors.md", "name").map(([name, code]) => [name, code])).toEqual(made);
});

test("docs/errors.md names the codes that the library never makes", () => {
  const text = readFileSync(`${top}docs/errors.md`, "utf8");
  const sentence = /It never makes ([^.]+?), so/s.exec(text)?.[1] ?? "";
  const named = sentence.split(/,\s|\sor\s/).map((name) => name.trim());
  const made = new Set<number>(Object.values(libraryStatuses).map((value) => statusOf(value).code));
  for (const httpStatus of ["400", "401", "403", "404", "429", "500"]) made.add(codeOfHttpStatus(httpStatus));
  const never = Object.entries(Code).filter(([name, code]) => name !== "OK" && !made.has(code));
  expect(named).toEqual(never.map(([name]) => name));
});

test("docs/errors.md says what code a reset becomes", () => {
  const section = /## Resets\n([\s\S]*)/.exec(readFileSync(`${top}docs/errors.md`, "utf8"))?.[1] ?? "";
  const pairs = Array.from(section.matchAll(/([A-Z_]+)\s+(?:is\s+)?([A-Z_]+)[,.]/g), (match) => [match[1], match[2]]);
  const stated = new Map(pairs as [string, string][]);
  const made = Object.entries(ErrorCode).map(([name, code]) => [name, codeName(resetStatus(code).code)]);
  expect(stated.size).toBe(4);
  expect(made).toEqual(Object.keys(ErrorCode).map((name) => [name, stated.get(name) ?? "INTERNAL"]));
});

// Arguments that fit every function there is.
function statusOf(value: unknown): Status {
  return typeof value === "function"
    ? (value as (...args: unknown[]) => Status)(Code.UNKNOWN, "unary")
    : (value as Status);
}

/** The rows of the table whose first column has this title; code marks are left out. */
function tableOf(path: string, title: string): string[][] {
  const lines = readFileSync(top + path, "utf8").split("\n");
  const start = lines.findIndex((line) => line.replace(/\s+/g, " ").startsWith(`| ${title} |`));
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    const cells = line.split("|").slice(1, -1);
    rows.push(cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1")));
  }
  return rows;
}

function readSources(): { path: string; text: string }[] {
  const root = `${top}runtime/src/`;
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(root + path, "utf8") }));
}
