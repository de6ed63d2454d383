// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { badServerCaseNames, caseNames } from "./case-table.js";
import { planRuns } from "./plan.js";

const names = (filters: string[]) =>
  planRuns(filters).pairs.map((pair) => `${pair.client.name}:${pair.server.name}:${pair.security}`);

describe("planRuns", () => {
  it("plans every pair that Petrel is part of, over cleartext and TLS, when nothing is chosen", () => {
    const plan = planRuns([]);
    expect(new Set(names([])).size).toBe(14);
    expect(plan.pairs.every(({ client, server }) => [client.name, server.name].includes("petrel"))).toBe(true);
    expect(plan.badServerRuns.map(({ client, cases }) => [client.name, cases])).toEqual([
      ["petrel", [...badServerCaseNames]],
    ]);
  });

  it("accounts for every case of a pair: run, or left out with a reason", () => {
    for (const { cases, lacks } of planRuns([]).pairs) {
      expect([...cases, ...lacks.map(([name]) => name)].sort()).toEqual([...caseNames].sort());
      for (const [name, reason] of lacks) expect(reason, name).toMatch(/\w+ \w+/);
    }
  });

  it("leaves nothing out between Petrel and Petrel", () => {
    expect(planRuns(["petrel:petrel"]).pairs.map(({ lacks }) => lacks)).toEqual([[], []]);
  });

  it("narrows by client, server, case and security; filters add up", () => {
    expect(names(["grpc-go:grpcio:*:tls"])).toEqual(["grpc-go:grpcio:tls"]);
    expect(names(["petrel:grpc-js", "grpc-js:petrel"])).toHaveLength(4);
    expect(planRuns(["*:*:ping_pong:cleartext"]).pairs.every(({ cases }) => cases.join() === "ping_pong")).toBe(true);
    expect(planRuns(["petrel:bad-server:goaway"])).toMatchObject({ pairs: [], badServerRuns: [{ cases: ["goaway"] }] });
  });

  it("says so when a filter matches nothing or has too many parts", () => {
    expect(() => planRuns(["petrol"])).toThrow("--only=petrol matches nothing");
    expect(() => planRuns(["a:b:c:d:e"])).toThrow('--only takes client:server:case:security, got "a:b:c:d:e"');
  });
});
