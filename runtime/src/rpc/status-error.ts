// SPDX-License-Identifier: Apache-2.0
import type { Any } from "@bufbuild/protobuf/wkt";
import { fromBytes, toBytes } from "./bytes.js";
import { Code, codeName, isCode } from "./code.js";
import type { MessageCodec } from "./message-codec.js";
import { Metadata, type MetadataInit } from "./metadata.js";
import type { Peer } from "./peer.js";
import type { Status } from "./status.js";

/** One attempt of a call, for errors that explain themselves. */
export interface Attempt {
  readonly peer?: Peer | undefined;
  readonly code: Code;
  readonly message: string;
  readonly durationMs: number;
}

export interface StatusErrorOptions {
  readonly details?: readonly Any[] | undefined;
  readonly metadata?: MetadataInit | undefined;
  readonly cause?: unknown;
  readonly peer?: Peer | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
}

/**
 * A call that did not end OK. A handler throws one to choose the status; a client's call rejects with one, whose stack
 * names the caller's line. Compare `code`, never the text.
 */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: Code;
  readonly details: readonly Any[];
  /** Trailers of the call; its headers when the server answered with trailers only. */
  readonly metadata: Metadata;
  readonly peer?: Peer;
  readonly attempts?: readonly Attempt[];
  readonly #rawMessage: string;

  constructor(code: Code, message: string, options?: StatusErrorOptions) {
    if (!isCode(code) || code === Code.OK) {
      throw new TypeError(`StatusError code must be one of Code but OK (1 to 16), got ${String(code)}`);
    }
    super(message, options !== undefined && "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.#rawMessage = message;
    this.details = options?.details ?? [];
    const metadata = options?.metadata;
    this.metadata = metadata instanceof Metadata ? metadata : new Metadata(metadata);
    if (options?.peer !== undefined) this.peer = options.peer;
    if (options?.attempts !== undefined) this.attempts = options.attempts;
  }

  /** The first detail of the codec's type, decoded; undefined when there is none or its bytes are malformed. */
  detail<T>(codec: MessageCodec<T, never>): T | undefined {
    const suffix = `/${codec.typeName}`;
    for (const any of this.details) {
      if (!any.typeUrl.endsWith(suffix)) continue;
      try {
        return fromBytes(codec, any.value);
      } catch {
        return undefined; // A peer's malformed detail must not replace the error it came with.
      }
    }
    return undefined;
  }

  get status(): Status {
    return { code: this.code, message: this.#rawMessage, details: this.details };
  }

  /** "NOT_FOUND: no such user", for logs. */
  override toString(): string {
    return `StatusError: ${codeName(this.code)}: ${this.message}`;
  }

  /** Any reason as a StatusError: itself, CANCELLED for an AbortError, else UNKNOWN with the reason as `cause`. */
  static from(reason: unknown): StatusError {
    if (reason instanceof StatusError) return reason;
    if (reason instanceof Error) {
      const code =
        reason.name === "AbortError"
          ? Code.CANCELLED
          : reason.name === "TimeoutError"
            ? Code.DEADLINE_EXCEEDED
            : Code.UNKNOWN;
      return new StatusError(code, reason.message, { cause: reason });
    }
    return new StatusError(Code.UNKNOWN, String(reason), { cause: reason });
  }
}

const typeUrlPrefix = "type.googleapis.com/";

/** Packs a message for `details`: `packAny(BadRequestCodec, { fieldViolations: […] })`. */
export function packAny<T, I>(codec: MessageCodec<T, I>, value: I): Any {
  return { $typeName: "google.protobuf.Any", typeUrl: typeUrlPrefix + codec.typeName, value: toBytes(codec, value) };
}
