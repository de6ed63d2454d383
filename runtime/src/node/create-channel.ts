// SPDX-License-Identifier: Apache-2.0
import { ClientChannel } from "../client/channel.js";
import type { ChannelOptions } from "../client/channel-options.js";
import { inProcessChannel } from "../client/in-process-channel.js";
import type { Channel } from "../rpc/channel.js";
import { PetrelServer, type Server } from "../server/server.js";
import { nodePlatform } from "./platform.js";

/**
 * Makes a channel to `host:port`, `dns:///host:port`, `ipv4:…`, `ipv6:…` or `unix:path`; it connects when first used.
 * Throws a TypeError that names a bad target or option, or asks for `tls` where it must be said.
 */
export function createChannel(target: string, options?: ChannelOptions): Channel {
  return new ClientChannel(nodePlatform, target, options);
}

/** Makes a channel to a server in this process: the same semantics, no socket. */
export function createInProcessChannel(server: Server, options?: ChannelOptions): Channel {
  if (!(server instanceof PetrelServer)) throw new TypeError("createInProcessChannel takes a server of createServer");
  return inProcessChannel(nodePlatform, (incoming) => server.acceptConnection(incoming), options);
}
