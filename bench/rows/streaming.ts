// SPDX-License-Identifier: Apache-2.0
import type { Work } from "../round.js";
import type { Row } from "./row.js";

const streams: readonly { name: string; work: Work; messages: number }[] = [
  { name: "server streaming", work: { work: "list", inFlight: 4 }, messages: 10_000 },
  { name: "bidi streaming", work: { work: "chat", inFlight: 4 }, messages: 1_000 },
];

/** Messages of 18 bytes on four streams at once; a bidi message counts once, there and back. */
export const streamingRows: readonly Row[] = (["plaintext", "tls"] as const).flatMap((security) =>
  streams.map(
    ({ name, work, messages }): Row => ({
      kind: "streaming",
      name: `${name}${security === "tls" ? ", TLS" : ""}`,
      unit: "messages/s",
      better: "more",
      contenders: ["petrel", "grpc-js", "grpc-go"],
      targets: { "grpc-js": 5, "grpc-go": 1.5 },
      measure: async (contender, round) => messages * (await round.load(contender, work, { security })).callsPerSecond,
    }),
  ),
);
