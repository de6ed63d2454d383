// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:net";
import { integerFlag, parseFlags } from "../flags.js";
import { behaviours } from "./behaviour.js";
import { BadConnection, type ConnectionSink } from "./connection.js";

// A server that misbehaves in one chosen way. On SIGTERM it says what the client did wrong and exits 1, or exits 0.

const flags = parseFlags(process.argv.slice(2), { port: "8080", test_case: "goaway" });
const behaviour = Object.hasOwn(behaviours, flags.test_case) ? behaviours[flags.test_case] : undefined;
if (behaviour === undefined) {
  throw new Error(`unknown --test_case "${flags.test_case}"; known: ${Object.keys(behaviours).join(", ")}`);
}

const settleTimeoutMs = 2_000;
const connections: BadConnection[] = [];
const connectionOfCall: number[] = [];
const openStreams = new Map<BadConnection, number>();
const violations: string[] = [];
let mostOpenStreams = 0;

const sink: ConnectionSink = {
  streamOpened(connection) {
    // Counted here, so that a connection which never carries a call (a readiness probe) is not in the record.
    if (!connections.includes(connection)) connections.push(connection);
    const open = (openStreams.get(connection) ?? 0) + 1;
    openStreams.set(connection, open);
    mostOpenStreams = Math.max(mostOpenStreams, open);
  },
  requestEnded(connection, streamId) {
    const call = connectionOfCall.push(connections.indexOf(connection) + 1);
    // A turn later: the HEADERS of calls that were sent at once have all been counted before the first reply.
    setImmediate(() => {
      Promise.resolve(behaviour.answer(connection, streamId, call)).then(
        () => openStreams.set(connection, (openStreams.get(connection) ?? 0) - 1),
        (error: unknown) => violations.push(String(error)),
      );
    });
  },
  violated(reason) {
    violations.push(reason);
  },
};

const server = createServer((socket) => new BadConnection(socket, sink, behaviour.maxConcurrentStreams));
server.listen(integerFlag("port", flags.port), "127.0.0.1");

process.once("SIGTERM", () => {
  // The verdict waits for the connections' end: an answer of the client may still be on its way.
  const settle = setTimeout(finish, settleTimeoutMs);
  server.close(() => {
    clearTimeout(settle);
    finish();
  });
});

function finish(): void {
  const verdict = behaviour?.verdict({ connections, connectionOfCall, mostOpenStreams });
  if (verdict !== undefined) violations.push(verdict);
  for (const violation of violations) console.error(`bad server ${flags.test_case}: ${violation}`);
  process.exit(violations.length === 0 ? 0 : 1);
}
