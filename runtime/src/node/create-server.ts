// SPDX-License-Identifier: Apache-2.0

import { PetrelServer, type Server } from "../server/server.js";
import type { ServerOptions } from "../server/server-options.js";
import { nodePlatform } from "./platform.js";

/** Makes a server. Throws a TypeError or RangeError that names a bad option, its value and what is accepted. */
export function createServer(options?: ServerOptions): Server {
  return new PetrelServer(nodePlatform, options);
}
