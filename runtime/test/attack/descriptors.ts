// SPDX-License-Identifier: Apache-2.0

import { connect, type Socket } from "node:net";
import type { Stage, StageOptions } from "./stage.js";

const maxDescriptors = 256;
const sockets = 400;

export const descriptorsStage = (): StageOptions => ({ maxDescriptors });

/** F20: more connections than the server may have descriptors. */
export async function descriptors(stage: Stage): Promise<void> {
  const { findings, honest } = stage;
  const attack = "F20 out of descriptors";
  let all: Socket[] = [];
  const { round, failed } = await stage.beside(attack, async () => {
    for (const socket of all) socket.destroy();
    all = [];
    for (let count = 0; count < sockets; count++) {
      const socket = connect(stage.port, "127.0.0.1");
      socket.on("error", () => socket.destroy());
      socket.resume();
      all.push(socket);
      if (count % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  });
  const closed = all.filter(({ destroyed }) => destroyed).length;
  findings.note(attack, `of ${sockets} sockets closed by the server`, String(closed));
  findings.equal(attack, "the server is up", stage.server.running, true);
  findings.equal(attack, "calls of the existing connection that failed", failed, 0);
  findings.atLeast(attack, "such calls", round.calls - failed, 200);
  for (const socket of all) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 500));
  findings.equal(attack, "a new connection afterwards", await honest.ask<string>("call anew"), "hello");
}
