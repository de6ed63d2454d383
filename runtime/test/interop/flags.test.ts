// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { booleanFlag, integerFlag, parseFlags } from "./flags.js";

const defaults = { server_port: "10000", use_tls: "false", ca_file: "" };

describe("parseFlags", () => {
  it("takes --name=value, -name=value, --name value and a bare --name", () => {
    expect(parseFlags(["--server_port=1", "--use_tls"], defaults)).toEqual({
      ...defaults,
      server_port: "1",
      use_tls: "true",
    });
    expect(parseFlags(["-server_port", "2", "--ca_file=a=b"], defaults)).toEqual({
      ...defaults,
      server_port: "2",
      ca_file: "a=b",
    });
    expect(parseFlags(["--use_tls", "--server_port=3"], defaults)).toEqual({
      ...defaults,
      server_port: "3",
      use_tls: "true",
    });
  });

  it("names the known flags when one is unknown", () => {
    expect(() => parseFlags(["--port=1"], defaults)).toThrow(
      'unknown flag "--port"; known: server_port, use_tls, ca_file',
    );
    expect(() => parseFlags(["--constructor=1"], defaults)).toThrow("unknown flag");
    expect(() => parseFlags(["server_port=1"], defaults)).toThrow('expected --flag=value, got "server_port=1"');
  });
});

describe("typed flags", () => {
  it("reads yes and no, and nothing else", () => {
    expect([booleanFlag("a", "true"), booleanFlag("a", "false")]).toEqual([true, false]);
    expect(() => booleanFlag("use_tls", "maybe")).toThrow('flag --use_tls takes true or false, got "maybe"');
  });

  it("reads whole numbers, and nothing else", () => {
    expect(integerFlag("port", "50051")).toBe(50_051);
    expect(() => integerFlag("port", "-1")).toThrow('flag --port takes a whole number, got "-1"');
  });
});
