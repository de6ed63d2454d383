// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { ClientChannel } from "../../src/client/channel.js";
import { inProcessChannel } from "../../src/client/in-process-channel.js";
import {
  type Channel,
  type ChannelOptions,
  type Clock,
  createChannel,
  createInProcessChannel,
  createServer,
  type Server,
  type ServerOptions,
} from "../../src/node/index.js";
import { nodePlatform } from "../../src/node/platform.js";
import { PetrelServer } from "../../src/server/server.js";
import { echo, type TextHandlers, Texts } from "./text-service.js";

export type Carrier = "in-process" | "tcp" | "tls";
export const carriers: readonly Carrier[] = ["in-process", "tcp", "tls"];

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));

export interface Served extends AsyncDisposable {
  readonly server: Server;
  readonly channel: Channel;
}

export interface ServeOptions {
  readonly server?: ServerOptions;
  readonly channel?: ChannelOptions;
  readonly add?: (server: Server) => void;
  /** The time of both ends' calls and, in the process, of their connections; sockets keep their own. Default: the platform's. */
  readonly clock?: Clock;
}

/** A server of test.v1.Texts and a channel to it over the carrier; disposing ends both. */
export async function serve(
  carrier: Carrier,
  handlers: Partial<TextHandlers> = {},
  options: ServeOptions = {},
): Promise<Served> {
  const tls = carrier === "tls" ? { tls: { cert: pem("server.pem"), key: pem("server.key") } } : {};
  const { clock } = options;
  const platform = clock === undefined ? undefined : { ...nodePlatform, clock };
  const serverOptions = { ...tls, ...options.server };
  const server = platform === undefined ? createServer(serverOptions) : new PetrelServer(platform, serverOptions);
  server.addService(Texts, { ...echo, ...handlers });
  options.add?.(server);
  let channel: Channel;
  if (carrier === "in-process") {
    channel =
      platform === undefined
        ? createInProcessChannel(server, options.channel)
        : inProcessChannel(
            platform,
            (incoming) => (server as PetrelServer).acceptConnection(incoming),
            options.channel,
          );
  } else {
    const { port } = await server.listen("127.0.0.1:0");
    const clientTls = carrier === "tls" ? { tls: { ca: pem("ca.pem") } } : {};
    const target = `127.0.0.1:${port}`;
    const channelOptions = { ...clientTls, ...options.channel };
    channel =
      platform === undefined
        ? createChannel(target, channelOptions)
        : new ClientChannel(platform, target, channelOptions);
  }
  return {
    server,
    channel,
    async [Symbol.asyncDispose]() {
      await channel.close();
      await server.shutdown({ graceMs: 0 });
    },
  };
}
