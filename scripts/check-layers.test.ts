// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { checkPluginImports, checkRuntimeLayers, importsOf } from "./check-layers.js";

const runtime = (path: string, text: string) => checkRuntimeLayers([{ path, text }]);

const allowed = [
  ["client/subchannel.ts", 'import { Status } from "../rpc/status.js";'],
  ["client/subchannel.ts", 'import { pick } from "./pick/first.js";'],
  ["transport/http2-client.ts", 'import { Connection } from "../http2/connection.js";'],
  ["node/listener.ts", 'import { createServer } from "node:net";'],
  ["index.ts", 'export { Connection } from "./http2/connection.js";'],
  ["node/index.ts", 'export * from "../index.js";'],
  ["rpc/status.test.ts", 'import { subchannel } from "../client/subchannel.js";'],
  ["codec/schema.ts", 'import { create } from "@bufbuild/protobuf";'],
] as const;
for (const [path, text] of allowed) test(`${path} may ${text}`, () => expect(runtime(path, text)).toEqual([]));

const forbidden = [
  ["rpc/status.ts", 'import { a } from "../client/subchannel.js";', "client/subchannel.ts: rank 1 → rank 5"],
  ["rpc/status.ts", 'import type { A } from "../client/subchannel.js";', "client/subchannel.ts: rank 1 → rank 5"],
  ["rpc/status.ts", 'export type { A } from "../call/call.js";', "call/call.ts: rank 1 → rank 4"],
  ["rpc/status.ts", 'type A = import("../call/call.js").A;', "call/call.ts: rank 1 → rank 4"],
  ["client/channel.ts", 'import { a } from "../server/server.js";', "server/server.ts: rank 5 → rank 5"],
  ["call/call.ts", 'import { a } from "../http2/stream.js";', "http2/stream.ts: only transport/ sees http2/"],
  ["call/call.ts", 'import { a } from "../index.js";', "index.ts: entry points are for users"],
  ["call/call.ts", 'import { a } from "../odd/one.js";', "odd/one.ts: odd/ has no rank in scripts/check-layers.ts"],
  ["call/call.ts", 'import { a } from "../../../plugin/src/a.js";', "../../plugin/src/a.ts: outside runtime/src"],
  ["call/call.ts", 'import fs from "node:fs";', "node:fs: only node/ and testing/ see the platform"],
  ["call/call.ts", 'import fs from "fs";', "fs: only node/ and testing/ see the platform"],
  ["node/http.ts", 'import http2 from "node:http2";', "node:http2: HTTP/2 is our own"],
  ["node/http.ts", 'import http2 from "http2";', "http2: HTTP/2 is our own"],
  ["codec/json.ts", 'import x from "left-pad";', "left-pad: the one dependency is @bufbuild/protobuf"],
] as const;
for (const [path, text, violation] of forbidden) {
  test(`${path} may not ${text}`, () => expect(runtime(path, text)).toEqual([`${path} may not import ${violation}`]));
}

test("imports are found in every form, and not in comments", () => {
  const text = `// import { a } from "comment";
/** import { b } from "docs"; */
import {
  c,
  type D,
} from "./many-lines.js";
import "./side-effect.js";
export * from "./star.js";
const text = "from 'text'";
const lazy = await import("./lazy.js");
`;
  expect(importsOf(text).sort()).toEqual(["./lazy.js", "./many-lines.js", "./side-effect.js", "./star.js"]);
});

test("the plugin imports itself, Node and its dependencies only", () => {
  const text =
    'import "node:fs";\nimport "./a.js";\nimport "@bufbuild/protobuf/reflect";\nimport "petrel";\nimport "../../b.js";';
  expect(checkPluginImports([{ path: "plugin.ts", text }], ["@bufbuild/protobuf"])).toEqual([
    "plugin.ts may not import petrel: not in the package's dependencies",
    "plugin.ts may not import ../../b.js: outside plugin/src",
  ]);
});
