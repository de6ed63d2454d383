// SPDX-License-Identifier: Apache-2.0

import type { CompressionSettings } from "../protocol/compression.js";
import type { ClientProtocol, RequestHeads } from "../protocol/protocol.js";
import type { CallCredentials } from "../rpc/call-credentials.js";
import type { ChannelCodec } from "../rpc/channel-codec.js";
import type { Code } from "../rpc/code.js";
import type { Interceptor } from "../rpc/interceptor.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import type { StatusError } from "../rpc/status-error.js";
import type { Exchange, ExchangeListener, Field } from "../transport/exchange.js";
import type { Platform } from "../transport/platform.js";
import type { Linked } from "./running-calls.js";
import type { TimerWheel } from "./timer-wheel.js";

/** What client calls need of the channel they are made on: its settings, its time, and connections. */
export interface ClientEngine {
  readonly platform: Platform;
  readonly wheel: TimerWheel;
  readonly protocol: ClientProtocol;
  /** The heads of this channel's requests, from `protocol.requestHeads`. */
  readonly heads: RequestHeads;
  /** The `:authority` of every request. */
  readonly authority: string;
  /** True over TLS and inside the process: credentials may travel. */
  readonly secure: boolean;
  readonly compression: CompressionSettings;
  /** Undefined: the generated codecs, `application/grpc+proto`. */
  readonly codec: ChannelCodec | undefined;
  readonly credentials: CallCredentials | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly receiveMaxBytes: number;
  readonly sendMaxBytes: number;
  /** Default timeout of calls that state none. */
  readonly timeoutMs: number | undefined;
  /** Finds a connection for the call: before this returns when one is ready, later otherwise. */
  assign(call: UnassignedCall): void;
  /** A message past `receiveMaxBytes` came. */
  messageTooLarge(): void;
  callStarted(call: RunningCall): void;
  /** Exactly once for each `callStarted`. */
  callEnded(call: RunningCall, code: Code): void;
  /** Takes back a call that `assign` has not answered yet. */
  withdraw(call: UnassignedCall): void;
}

/** A call in flight, as closing the channel sees it. */
export interface RunningCall extends Linked<RunningCall> {
  /** Ends the call with this status. */
  stop(status: Status): void;
}

/** A call that waits for a connection. Exactly one of its methods is called, unless it is withdrawn. */
export interface UnassignedCall {
  /** Whether to wait while the channel cannot connect (wait-for-ready). */
  readonly waitForReady: boolean;
  /** Opens the call's exchange. False: the connection has no room after all, assign the call again. */
  startOn(connection: ClientConnection): boolean;
  unavailable(error: () => StatusError): void;
}

/** A connection to a server that calls can be started on. */
export interface ClientConnection {
  readonly peer: Peer;
  /** How large a request's head the server accepts (RFC 9113 §6.5.2); Infinity when it has not said. */
  readonly maxHeaderListBytes: number;
  /** Whether it accepts a head of these fields. */
  accepts(fields: readonly Field[]): boolean;
  /** Opens an exchange; undefined when the peer's MAX_CONCURRENT_STREAMS is reached or the connection is draining. */
  open(fields: readonly Field[], endStream: boolean, listener: ExchangeListener): Exchange | undefined;
}
