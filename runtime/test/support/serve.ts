// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import {
  type Channel,
  type ChannelOptions,
  createChannel,
  createInProcessChannel,
  createServer,
  type Server,
  type ServerOptions,
} from "../../src/node/index.js";
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
}

/** A server of test.v1.Texts and a channel to it over the carrier; disposing ends both. */
export async function serve(
  carrier: Carrier,
  handlers: Partial<TextHandlers> = {},
  options: ServeOptions = {},
): Promise<Served> {
  const tls = carrier === "tls" ? { tls: { cert: pem("server.pem"), key: pem("server.key") } } : {};
  const server = createServer({ ...tls, ...options.server });
  server.addService(Texts, { ...echo, ...handlers });
  options.add?.(server);
  let channel: Channel;
  if (carrier === "in-process") {
    channel = createInProcessChannel(server, options.channel);
  } else {
    const { port } = await server.listen("127.0.0.1:0");
    const clientTls = carrier === "tls" ? { tls: { ca: pem("ca.pem") } } : {};
    channel = createChannel(`127.0.0.1:${port}`, { ...clientTls, ...options.channel });
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
