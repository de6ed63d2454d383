// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { formatListenTarget, parseListenTarget } from "./listen-target.js";

test.each([
  ["0.0.0.0:50051", { host: "0.0.0.0", port: 50_051 }, "0.0.0.0:50051"],
  ["localhost:0", { host: "localhost", port: 0 }, "localhost:0"],
  [":8080", { host: "::", port: 8080 }, "[::]:8080"],
  ["[::1]:65535", { host: "::1", port: 65_535 }, "[::1]:65535"],
  ["unix:/run/x.sock", { path: "/run/x.sock" }, "unix:/run/x.sock"],
  ["unix:///run/x.sock", { path: "/run/x.sock" }, "unix:/run/x.sock"],
  ["unix:x.sock", { path: "x.sock" }, "unix:x.sock"],
  [{ host: "::1", port: 1 }, { host: "::1", port: 1 }, "[::1]:1"],
  [{ path: "/x" }, { path: "/x" }, "unix:/x"],
])("%j is accepted", (target, where, text) => {
  const parsed = parseListenTarget(target);
  expect(parsed).toEqual(where);
  expect(formatListenTarget(parsed, "port" in parsed ? parsed.port : 0)).toBe(text);
});

test.each([
  "50051",
  "localhost",
  "::1:50051",
  "host:port",
  "host:65536",
  "host:-1",
  "unix:",
  "unix://",
  "http://host:1",
  undefined,
  null,
  5,
  {},
  { path: "" },
  { path: 5 },
  { host: "a" },
  { host: "a", port: 1.5 },
  { host: "a", port: 70_000 },
  { port: 1 },
])("%j is a TypeError that names it", (target) => {
  expect(() => parseListenTarget(target as never)).toThrow(/^listen target /);
  expect(() => parseListenTarget(target as never)).toThrow(TypeError);
});
