// SPDX-License-Identifier: Apache-2.0
import { createRegistry } from "@bufbuild/protobuf";
import { type Channel, type ChannelOptions, type ClientTls, createChannel } from "petrel";
import { jsonCodec } from "petrel/json";
import type { ClientCompatRequest } from "./gen/connectrpc/conformance/v1/client_compat_pb.js";
import { Codec } from "./gen/connectrpc/conformance/v1/config_pb.js";
import { file_connectrpc_conformance_v1_service } from "./gen/connectrpc/conformance/v1/service_pb.js";

/** One channel per reference server, identity and codec, as a product would have it; all are closed at the end. */
export class ChannelPool implements AsyncDisposable {
  readonly #channels = new Map<string, Channel>();

  channelOf(request: ClientCompatRequest): Channel {
    const key = [
      `${request.host}:${request.port}`,
      request.codec,
      request.messageReceiveLimit,
      Buffer.from(request.serverTlsCert).toString("base64"),
      Buffer.from(request.clientTlsCreds?.cert ?? []).toString("base64"),
    ].join(" ");
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = createChannel(`${request.host}:${request.port}`, channelOptions(request));
      this.#channels.set(key, channel);
    }
    return channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#channels.values(), (channel) => channel.close()));
  }
}

function channelOptions(request: ClientCompatRequest): ChannelOptions {
  return {
    tls: request.serverTlsCert.length > 0 && clientTls(request),
    codec: request.codec === Codec.JSON ? jsonCodec(createRegistry(file_connectrpc_conformance_v1_service)) : undefined,
    compression: { minBytes: 0 },
    receiveMaxBytes: request.messageReceiveLimit || undefined,
  };
}

function clientTls({ serverTlsCert, clientTlsCreds }: ClientCompatRequest): ClientTls {
  const trust: ClientTls = { ca: serverTlsCert };
  return clientTlsCreds === undefined ? trust : { ...trust, cert: clientTlsCreds.cert, key: clientTlsCreds.key };
}
