// SPDX-License-Identifier: Apache-2.0
import { dialInProcess } from "../transport/in-process.js";
import type { Platform } from "../transport/platform.js";
import type { IncomingConnection } from "../transport/socket.js";
import { ClientChannel } from "./channel.js";
import type { ChannelOptions } from "./channel-options.js";
import { inProcessTarget } from "./target.js";

/**
 * A channel to a server in this process: HTTP/2 without a socket, the same semantics. `accept` is the server's, for
 * connections past TLS and ALPN. Credentials travel, as nothing leaves the process.
 */
export function inProcessChannel(
  platform: Platform,
  accept: (incoming: IncomingConnection) => void,
  options?: ChannelOptions,
): ClientChannel {
  const inProcess: Platform = {
    clock: platform.clock,
    contextStorage: platform.contextStorage,
    compressors: platform.compressors,
    report: (line) => platform.report(line),
    listen: (target, listenOptions) => platform.listen(target, listenOptions),
    adopt: (socket, adopt) => platform.adopt(socket, adopt),
    dial: (_address, _options, listener) => dialInProcess(platform.clock, accept, listener),
  };
  return new ClientChannel(inProcess, inProcessTarget, options);
}
