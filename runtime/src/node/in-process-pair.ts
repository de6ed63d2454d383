// SPDX-License-Identifier: Apache-2.0
/// <reference lib="esnext.disposable" />
import type { ChannelOptions } from "../client/channel-options.js";
import type { Channel } from "../rpc/channel.js";
import type { Server } from "../server/server.js";
import type { ServerOptions } from "../server/server-options.js";
import { createInProcessChannel } from "./create-channel.js";
import { createServer } from "./create-server.js";

/** A server and a channel to it, without a socket. Dispose ends both. */
export interface InProcessPair extends AsyncDisposable {
  readonly server: Server;
  readonly channel: Channel;
}

/** Options of either end; the defaults are those of `createServer` and `createChannel`. */
export interface InProcessPairOptions {
  readonly server?: ServerOptions | undefined;
  readonly channel?: ChannelOptions | undefined;
}

/**
 * Makes a server, lets `register` add its services, and connects a channel to it in memory: for tests of handlers with
 * real calls. `await using pair = createInProcessPair((server) => server.addService(UserService, handlers))`.
 */
export function createInProcessPair(
  register: (server: Server) => unknown,
  options: InProcessPairOptions = {},
): InProcessPair {
  const server = createServer(options.server);
  register(server);
  const channel = createInProcessChannel(server, options.channel);
  return {
    server,
    channel,
    async [Symbol.asyncDispose]() {
      await channel.close();
      await server.shutdown({ graceMs: 0 });
    },
  };
}
