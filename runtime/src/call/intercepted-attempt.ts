// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "../rpc/call.js";
import type { Method } from "../rpc/method.js";
import type { ClientEngine } from "./client-engine.js";
import { StreamingClientCall } from "./streaming-client-call.js";
import { UnaryClientCall } from "./unary-client-call.js";

/** A unary call that interceptors make to the server with the message as the caller gave it: the straight line. */
export class UnaryAttempt extends UnaryClientCall {
  protected override entered(): void {}

  protected override left(): void {}
}

/** A call that interceptors make to the server. The channel counts the call around it, once, however often they try. */
export class InterceptedAttempt extends StreamingClientCall {
  readonly #uncompressed: WeakSet<object>;

  /** `uncompressed`: messages whose sender has asked for no compression; known as long as interceptors pass them on as they are. */
  constructor(
    engine: ClientEngine,
    method: Method,
    requests: AsyncIterable<unknown>,
    uncompressed: WeakSet<object>,
    options: CallOptions,
  ) {
    super(engine, method, { kind: "iterable", messages: requests }, options);
    this.#uncompressed = uncompressed;
  }

  protected override entered(): void {}

  protected override left(): void {}

  protected override compresses(message: unknown): boolean {
    return !this.#uncompressed.has(message as object);
  }
}
