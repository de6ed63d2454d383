// SPDX-License-Identifier: Apache-2.0
import type { Random } from "../support/random.js";
import { mutateFrames } from "./frame-mutation.js";
import type { FuzzPart } from "./fuzz-part.js";
import { ProbeEndpoint } from "./probe-endpoint.js";
import { type Behaviour, pickBehaviour } from "./probe-stream.js";
import { fuzzLimits, type RecordedSession, recordSessions, sendCall } from "./recorded-session.js";

const clientBehaviours: readonly Behaviour[] = ["eager", "eager", "deaf"];

/** Mutated sessions against both roles (notes/reliability.md M1). Even inputs meet a server, odd ones a client. */
export class FrameMutation implements FuzzPart {
  readonly id = "m1";
  readonly title = "frame mutation, both roles";
  readonly #sessions: readonly RecordedSession[] = recordSessions();
  readonly #allClient = this.#sessions.flatMap((session) => session.client.slice(1));
  readonly #allServer = this.#sessions.flatMap((session) => session.server);

  inputs(size: "ci" | "long"): number {
    return size === "ci" ? 200_000 : 5_000_000;
  }

  run(random: Random, input: number): void {
    const session = random.pick(this.#sessions);
    const limits = random.below(2) === 0 ? fuzzLimits[0] : random.pick(fuzzLimits);
    const role = input % 2 === 0 ? "server" : "client";
    const endpoint = new ProbeEndpoint(role, limits[role]);
    endpoint.nextBehaviour = () => pickBehaviour(random);
    // The preface is spared most of the time, or most inputs would end there.
    const spared = role === "server" ? 1 + random.below(2) : random.below(2);
    const own = role === "server" ? session.client : session.server;
    const others = role === "server" ? this.#allClient : this.#allServer;
    const bytes = mutateFrames(own, others, random, random.below(50) === 0 ? 0 : spared);
    if (role === "client") {
      if (random.below(2) === 0) endpoint.take();
      for (const call of session.calls) {
        sendCall(call, (head, endStream) => {
          const behaviour = call.shape === "cancelled" ? "eager" : random.pick(clientBehaviours);
          const probe = endpoint.open(head, endStream, behaviour);
          if (probe?.stream === undefined) throw new Error("a client must be able to open its streams");
          if (call.shape === "cancelled") probe.end = "own";
          return probe.stream;
        });
      }
    }
    this.#feed(endpoint, bytes, random);
    if (random.below(4) === 0) for (const probe of endpoint.streams) probe.readAll();
    if (random.below(8) === 0) endpoint.connection.shutdown();
    if (random.below(4) === 0) endpoint.take();
    endpoint.advance(random.pick([0, 6_000, 200_000]));
    endpoint.finish();
  }

  /** In one chunk, in random ones, or octet by octet; with output taken in between or not. */
  #feed(endpoint: ProbeEndpoint, bytes: Uint8Array, random: Random): void {
    const manner = random.below(8);
    const chunkBytes = manner < 4 ? bytes.length : manner === 4 && bytes.length < 3_000 ? 1 : 1 + random.below(600);
    const takes = random.below(3);
    for (let start = 0; start < bytes.length && endpoint.input === "reading"; start += chunkBytes) {
      endpoint.give(bytes.slice(start, start + chunkBytes));
      if (takes === 0) endpoint.take();
      if (takes === 1 && random.below(4) === 0) endpoint.advance(random.below(500));
    }
  }
}
