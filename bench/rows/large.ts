// SPDX-License-Identifier: Apache-2.0
import type { Work } from "../round.js";
import type { Row } from "./row.js";

const transfers: readonly { name: string; work: Work; mebibytes: number }[] = [
  { name: "1 MiB both ways, 4 in flight", work: { work: "echoChunk", inFlight: 4 }, mebibytes: 1 },
  { name: "64 MiB in 64 KiB down", work: { work: "download", inFlight: 1 }, mebibytes: 64 },
  { name: "64 MiB in 64 KiB up", work: { work: "upload", inFlight: 1 }, mebibytes: 64 },
];

/** Bytes one way per second, beside a bare socket that carries as many. */
export const largeRows: readonly Row[] = (["plaintext", "tls"] as const).flatMap((security) =>
  transfers.map(
    ({ name, work, mebibytes }): Row => ({
      kind: "large",
      name: `${name}${security === "tls" ? ", TLS" : ""}`,
      unit: "MiB/s",
      better: "more",
      contenders: ["petrel", "grpc-js", "grpc-go", "pipe"],
      targets: { ...(security === "plaintext" ? { "grpc-js": 1.5 } : {}), pipe: 0.7 },
      measure: async (contender, round) => mebibytes * (await round.load(contender, work, { security })).callsPerSecond,
    }),
  ),
);
