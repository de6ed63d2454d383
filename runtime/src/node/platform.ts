// SPDX-License-Identifier: Apache-2.0
import type { Platform } from "../transport/platform.js";
import { nodeClock } from "./clock.js";
import { nodeCompressors } from "./compression/compressors.js";
import { NodeContextStorage } from "./context-storage.js";
import { dial } from "./dialer.js";
import { adoptSocket } from "./incoming-connection.js";
import { listen } from "./listener.js";

/** Petrel on Node, Bun and Deno: sockets, TLS, time, compression and context from `node:` modules. */
export const nodePlatform: Platform = {
  clock: nodeClock,
  contextStorage: new NodeContextStorage(),
  compressors: nodeCompressors,
  listen,
  adopt: adoptSocket,
  // The console's: unlike a bare write it survives a closed stderr.
  report: (line) => console.error(line),
  dial,
};
