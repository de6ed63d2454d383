// SPDX-License-Identifier: Apache-2.0
import type { BadConnection } from "./connection.js";

/** One way of being a bad server: what it sends for a request, and what it demands of the client. */
export interface Behaviour {
  /** SETTINGS_MAX_CONCURRENT_STREAMS that the server announces. */
  readonly maxConcurrentStreams?: number;
  /** Answers a request whose END_STREAM came. `call` counts requests over all connections, from 1. */
  answer(connection: BadConnection, streamId: number, call: number): Promise<void> | void;
  /** Returns what the client did wrong, once it has gone; undefined when nothing. */
  verdict(record: ClientRecord): string | undefined;
}

/** What the server saw. `connectionOfCall` holds, per request, the number of the connection it came on. */
export interface ClientRecord {
  readonly connections: readonly BadConnection[];
  readonly connectionOfCall: readonly number[];
  readonly mostOpenStreams: number;
}

const responseBytes = 314_159;
const plainFrameBytes = 16_384;
const smallFrameBytes = 5;
const maxPadBytes = 255;

const reply = grpcMessage(simpleResponse(responseBytes));

/** The bad-server cases of gRPC's HTTP/2 interop descriptions, by name. */
export const behaviours: Readonly<{ [name: string]: Behaviour }> = {
  goaway: {
    async answer(connection, streamId, call) {
      // Ahead of the reply, so that a client that has the reply has the GOAWAY as well.
      if (call === 1) connection.sendGoaway(streamId);
      await answerWhole(connection, streamId, { frameBytes: plainFrameBytes });
    },
    verdict({ connectionOfCall }) {
      const seen = connectionOfCall.join(",");
      return seen === "1,2" ? undefined : `calls came on connections ${seen}, expected 1,2`;
    },
  },

  rst_after_header: {
    answer(connection, streamId) {
      connection.sendHeaders(streamId);
      connection.sendReset(streamId, 0);
    },
    verdict: oneCall,
  },

  rst_during_data: {
    async answer(connection, streamId) {
      connection.sendHeaders(streamId);
      await connection.sendData(streamId, reply.subarray(0, reply.length / 2), { frameBytes: plainFrameBytes });
      connection.sendReset(streamId, 0);
    },
    verdict: oneCall,
  },

  rst_after_data: {
    async answer(connection, streamId) {
      connection.sendHeaders(streamId);
      await connection.sendData(streamId, reply, { frameBytes: plainFrameBytes });
      connection.sendReset(streamId, 0);
    },
    verdict: oneCall,
  },

  ping: {
    async answer(connection, streamId) {
      connection.sendPing();
      connection.sendHeaders(streamId);
      connection.sendPing();
      const afterFrame = () => connection.sendPing();
      await connection.sendData(streamId, reply, { frameBytes: plainFrameBytes, afterFrame });
      connection.sendTrailers(streamId);
    },
    verdict({ connections }) {
      const sent = connections.reduce((sum, connection) => sum + connection.pingsSent, 0);
      const answered = connections.reduce((sum, connection) => sum + connection.pingsAnswered, 0);
      return sent > 0 && sent === answered ? undefined : `${answered} of ${sent} PINGs were answered`;
    },
  },

  max_streams: {
    maxConcurrentStreams: 1,
    answer: (connection, streamId) => answerWhole(connection, streamId, { frameBytes: plainFrameBytes }),
    verdict({ mostOpenStreams, connectionOfCall }) {
      if (connectionOfCall.length < 11) return `${connectionOfCall.length} calls came, expected 11 or more`;
      return mostOpenStreams === 1 ? undefined : `${mostOpenStreams} streams were open at once, allowed 1`;
    },
  },

  data_frame_padding: {
    answer: (connection, streamId) =>
      answerWhole(connection, streamId, { frameBytes: smallFrameBytes, padBytes: maxPadBytes }),
    verdict: oneCall,
  },

  no_df_padding_sanity_test: {
    answer: (connection, streamId) => answerWhole(connection, streamId, { frameBytes: smallFrameBytes }),
    verdict: oneCall,
  },
};

async function answerWhole(
  connection: BadConnection,
  streamId: number,
  options: { frameBytes: number; padBytes?: number },
): Promise<void> {
  connection.sendHeaders(streamId);
  await connection.sendData(streamId, reply, options);
  connection.sendTrailers(streamId);
}

function oneCall({ connectionOfCall }: ClientRecord): string | undefined {
  return connectionOfCall.length === 1 ? undefined : `${connectionOfCall.length} calls came, expected 1`;
}

/** grpc.testing.SimpleResponse { payload { body: bytes zero bytes } } in protobuf. */
function simpleResponse(bytes: number): Buffer {
  const body = Buffer.concat([Buffer.of(0x12), varint(bytes), Buffer.alloc(bytes)]);
  return Buffer.concat([Buffer.of(0x0a), varint(body.length), body]);
}

function grpcMessage(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) octets.push((rest & 0x7f) | 0x80);
  octets.push(rest);
  return Buffer.from(octets);
}
