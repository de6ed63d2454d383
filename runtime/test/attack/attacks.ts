// SPDX-License-Identifier: Apache-2.0
import { continuationFlood } from "./continuation-flood.js";
import { cutConnection } from "./cut-connection.js";
import { deadlineStorm } from "./deadline-storm.js";
import { descriptors, descriptorsStage } from "./descriptors.js";
import type { Findings } from "./findings.js";
import { frameFlood } from "./frame-flood.js";
import { handlerChaos } from "./handler-chaos.js";
import { hpackBomb } from "./hpack-bomb.js";
import { lengthLies } from "./length-lies.js";
import { madeYouReset } from "./made-you-reset.js";
import { rapidReset } from "./rapid-reset.js";
import { slowLoris } from "./slow-loris.js";
import type { AttackOptions, Stage, StageOptions } from "./stage.js";
import { terminate } from "./terminate.js";
import { tlsFaults } from "./tls-faults.js";
import { zeroWindow, zeroWindowStage } from "./zero-window.js";

/** One attack or fault, by its name in notes/reliability.md c3. */
export interface Attack {
  readonly name: string;
  readonly run?: (stage: Stage) => Promise<void>;
  /** Instead of `run`: in this process, without sockets. */
  readonly runAlone?: (findings: Findings, options: AttackOptions) => Promise<void>;
  readonly stage?: (options: AttackOptions) => StageOptions;
}

export const attacks: readonly Attack[] = [
  { name: "F1", run: rapidReset },
  { name: "F2", run: madeYouReset },
  { name: "F3", run: continuationFlood },
  { name: "F4", run: hpackBomb },
  { name: "F5", run: frameFlood },
  { name: "F6", run: zeroWindow, stage: zeroWindowStage },
  { name: "F7", run: slowLoris },
  { name: "F8", run: lengthLies },
  { name: "F9", runAlone: cutConnection },
  { name: "F16", run: deadlineStorm },
  { name: "F17", run: terminate },
  { name: "F18", run: handlerChaos },
  { name: "F19", run: tlsFaults },
  { name: "F20", run: descriptors, stage: descriptorsStage },
];
