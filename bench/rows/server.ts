// SPDX-License-Identifier: Apache-2.0
import type { Load } from "../h2load.js";
import type { Row } from "./row.js";

interface UnaryLoad extends Load {
  readonly name: string;
  readonly targets: Readonly<Record<string, number>>;
  readonly floors?: Readonly<Record<string, number>>;
}

const loads: readonly UnaryLoad[] = [
  {
    name: "c4 m50",
    connections: 4,
    callsInFlight: 50,
    targets: { "grpc-js": 10, "grpc-go": 2.5, tonic: 1.5 },
    floors: { "grpc-js": 6, "grpc-go": 1.5 },
  },
  { name: "c100 m1", connections: 100, callsInFlight: 1, targets: { "grpc-js": 5, "grpc-go": 1.4, tonic: 1 } },
  { name: "c1 m10", connections: 1, callsInFlight: 10, targets: { "grpc-js": 3, "grpc-go": 1.3, tonic: 1.1 } },
  { name: "c1 m1", connections: 1, callsInFlight: 1, targets: { "grpc-js": 1.3, "grpc-go": 1, tonic: 1 } },
];
const everyone = ["petrel", "petrel-calling", "grpc-js", "connect-node", "node:http2", "grpc-go", "tonic"];
const overTls = ["petrel", "grpc-js", "node:http2", "grpc-go", "tonic"];

/** An 18-byte unary echo under h2load, whose C leaves the server the bottleneck; then the same over TLS. */
export const serverRows: readonly Row[] = [
  ...loads.map(
    (load): Row => ({
      ...load,
      kind: "server",
      name: `server unary ${load.name}`,
      unit: "calls/s",
      better: "more",
      contenders: everyone,
      quick: ["petrel", "petrel-calling", "grpc-js", "grpc-go"],
      measure: (contender, round) => round.h2load(contender, load),
    }),
  ),
  ...loads.map(
    (load): Row => ({
      kind: "tls",
      name: `server unary ${load.name}, TLS`,
      unit: "calls/s",
      better: "more",
      contenders: overTls,
      targets: { "grpc-js": 3 },
      measure: (contender, round) => round.h2load(contender, load, "tls"),
    }),
  ),
];
