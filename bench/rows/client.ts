// SPDX-License-Identifier: Apache-2.0
import { named, type Row } from "./row.js";

const withClients = ["petrel", "grpc-js", "grpc-go"];
const inFlight = 64;

/** Clients against the one server, Petrel's, that is faster than all of them; then each with its own server. */
export const clientRows: readonly Row[] = [
  {
    kind: "client",
    name: "client unary, 64 in flight",
    unit: "calls/s",
    better: "more",
    contenders: withClients,
    targets: { "grpc-js": 5, "grpc-go": 1.5 },
    measure: async (contender, round, all) =>
      (await round.load(contender, { work: "echo", inFlight }, {}, named(all, "petrel"))).callsPerSecond,
  },
  {
    kind: "pair",
    name: "pair unary, 64 in flight",
    unit: "calls/s",
    better: "more",
    contenders: withClients,
    targets: { "grpc-js": 5 },
    quick: ["petrel", "grpc-js", "grpc-go"],
    measure: async (contender, round) => (await round.load(contender, { work: "echo", inFlight })).callsPerSecond,
  },
  {
    kind: "pair",
    name: "pair unary, TLS, 64 in flight",
    unit: "calls/s",
    better: "more",
    contenders: withClients,
    targets: { "grpc-js": 3 },
    measure: async (contender, round) =>
      (await round.load(contender, { work: "echo", inFlight }, { security: "tls" })).callsPerSecond,
  },
  {
    kind: "pair",
    name: "pair unary, p99 at half of grpc-js's rate",
    unit: "µs",
    better: "less",
    contenders: ["petrel", "grpc-js"],
    targets: { "grpc-js": 2 },
    measure: async (contender, round, all) => {
      const { callsPerSecond } = await round.load(named(all, "grpc-js"), { work: "echo", inFlight });
      const rate = Math.round(callsPerSecond / 2);
      return (await round.load(contender, { work: "echo", inFlight, rate })).p99Us;
    },
  },
  ...(["plaintext", "tls"] as const).map(
    (security): Row => ({
      kind: "pair",
      name: `pair realistic request${security === "tls" ? ", TLS" : ""}, 64 in flight`,
      unit: "calls/s",
      better: "more",
      contenders: withClients,
      targets: { "grpc-js": 5, "grpc-go": 1 },
      measure: async (contender, round) =>
        (await round.load(contender, { work: "placeOrder", inFlight }, { security, interceptor: true })).callsPerSecond,
    }),
  ),
];
