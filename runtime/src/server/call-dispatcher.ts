// SPDX-License-Identifier: Apache-2.0

import { InterceptedUnaryServerCall } from "../call/intercepted-unary-server-call.js";
import type { ServerEngine } from "../call/server-engine.js";
import { StreamingServerCall } from "../call/streaming-server-call.js";
import { UnaryServerCall } from "../call/unary-server-call.js";
import { requestCoding } from "../protocol/compression.js";
import type { RequestHead, ServerProtocol } from "../protocol/protocol.js";
import type { Code } from "../rpc/code.js";
import { deadlineExceeded, unimplementedCodec, unimplementedMethod } from "../rpc/library-status.js";
import type { Peer } from "../rpc/peer.js";
import type { Status } from "../rpc/status.js";
import type { Exchange, ExchangeListener, Field, FieldSection } from "../transport/exchange.js";
import { RefusedExchange } from "./refused-exchange.js";
import type { ServiceRegistry } from "./service-registry.js";

const noBytes = new Uint8Array(0);

/** Makes a call of each request that arrives, or answers it when no call can be made of it. */
export class CallDispatcher {
  readonly #engine: ServerEngine;
  readonly #protocol: ServerProtocol;
  readonly #registry: ServiceRegistry;
  readonly #refused: (code: Code) => void;

  /** `refused` counts a request that was answered without a call. */
  constructor(
    engine: ServerEngine,
    protocol: ServerProtocol,
    registry: ServiceRegistry,
    refused: (code: Code) => void,
  ) {
    this.#engine = engine;
    this.#protocol = protocol;
    this.#registry = registry;
    this.#refused = refused;
  }

  /** Takes a request's head; what it returns gets the rest of the request. */
  dispatch(exchange: Exchange, request: FieldSection, endStream: boolean, peer: Peer): ExchangeListener {
    const head = this.#protocol.readRequest(request);
    if (head.refusal !== undefined) {
      return this.#answer(exchange, head.refusal.fields, head.refusal.status, endStream, head.refusal.body);
    }
    const route = this.#registry.find(head.path, head.codec);
    if (route === "unknown") return this.#refuse(exchange, head, unimplementedMethod(head.path), endStream);
    if (route === "unspoken") {
      return this.#refuse(exchange, head, unimplementedCodec(head.path, head.codec), endStream);
    }
    if (head.encoding !== "identity") {
      const coding = requestCoding(head.encoding, this.#engine.compression);
      if (coding.kind === "unknown") {
        return this.#refuse(exchange, head, coding.status, endStream, coding.acceptEncodings);
      }
    }
    // A timeout already spent when it arrives: the handler is not bothered.
    if (head.timeoutMs === 0) return this.#refuse(exchange, head, deadlineExceeded, endStream);
    if (route.method.shape === "unary" && route.interceptors.length === 0) {
      const call = new UnaryServerCall(this.#engine, this.#protocol, route, exchange, head, peer);
      if (endStream) call.dataReceived(noBytes, 0, 0, true);
      return call;
    }
    if (route.method.shape === "unary") {
      const call = new InterceptedUnaryServerCall(this.#engine, this.#protocol, route, exchange, head, peer);
      if (endStream) call.dataReceived(noBytes, 0, 0, true);
      call.start();
      return call;
    }
    const call = new StreamingServerCall(this.#engine, this.#protocol, route, exchange, head, peer);
    if (endStream) call.dataReceived(noBytes, 0, 0, true);
    call.start();
    return call;
  }

  #refuse(
    exchange: Exchange,
    head: RequestHead,
    status: Status,
    endStream: boolean,
    acceptEncodings?: string,
  ): ExchangeListener {
    const fields = this.#protocol.trailersOnly(head, status, undefined, acceptEncodings);
    return this.#answer(exchange, fields, status, endStream, undefined);
  }

  #answer(
    exchange: Exchange,
    fields: readonly Field[],
    status: Status,
    endStream: boolean,
    body: Uint8Array | undefined,
  ): ExchangeListener {
    this.#refused(status.code);
    const refused = new RefusedExchange(exchange, fields, body, this.#engine);
    if (endStream) refused.dataReceived(noBytes, 0, 0, true);
    return refused;
  }
}
