// SPDX-License-Identifier: Apache-2.0
import type { CodecName } from "../rpc/channel-codec.js";
import type { Metadata } from "../rpc/metadata.js";
import type { Status } from "../rpc/status.js";
import type { Field, FieldSection } from "../transport/exchange.js";

/**
 * What the call engine knows of gRPC, gRPC-Web or Connect on the server. A protocol turns field sections into facts and
 * facts into field sections; it never sees a frame, keeps no state of a call and never throws on what a peer sent.
 * Constant heads and trailers are the same frozen array each time, which the HPACK encoder recognises.
 */
export interface ServerProtocol {
  readonly name: string;
  /** How messages lie in the body. */
  readonly framing: "lengthPrefixed";
  /** Reads a request's head once per section; later calls with the same section cost one property. */
  readRequest(section: FieldSection): RequestHead;
  /** What the application may see, decoded; a fresh object each time. Never throws: undecodable `-bin` values were refused by `readRequest`. */
  metadataOf(section: FieldSection): Metadata;
  /** The response's head. `encoding` is the coding of our messages, `acceptEncodings` what we accept, joined by commas ("": unsaid). */
  responseHead(
    head: RequestHead,
    encoding: string,
    acceptEncodings: string,
    headers: Metadata | undefined,
  ): readonly Field[];
  /** The section that ends the response. */
  trailers(status: Status, trailers: Metadata | undefined): readonly Field[];
  /**
   * Head and status in one section, for a call that ends with no headers of its own to send. `acceptEncodings` only
   * where the status is about a coding ("" otherwise).
   */
  trailersOnly(
    head: RequestHead,
    status: Status,
    trailers: Metadata | undefined,
    acceptEncodings?: string,
  ): readonly Field[];
}

/** A request's head. A function of the field section alone, so it is kept in `section.memo` and shared by every call with that head. */
export interface RequestHead {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly codec: CodecName;
  /** Canonical, mirrored in the response: `application/grpc`, `application/grpc+proto`, … */
  readonly contentType: string;
  /** Milliseconds the client gave the call; Infinity past what a clock can hold, undefined when unsaid, 0 when already spent. */
  readonly timeoutMs: number | undefined;
  /** Coding of the request's messages; "identity" when absent. */
  readonly encoding: string;
  /** Codings the client accepts, in its order; "identity" is implied and left out. */
  readonly acceptEncodings: readonly string[];
  /** "" when the client sent neither `:authority` nor `host`. */
  readonly authority: string;
  readonly fields: FieldSection;
  /** Set when the request cannot be served: answer with these and run nothing. */
  readonly refusal: Refusal | undefined;
}

/** A ready answer to a request that cannot be served: one section, then `body` when there is one. */
export interface Refusal {
  readonly fields: readonly Field[];
  /** Plain text for a client that is no gRPC client; undefined: the section ends the response. */
  readonly body: Uint8Array | undefined;
  /** What the fields say, for counters and logs. */
  readonly status: Status;
}

/** What the call engine knows of a protocol on the client. */
export interface ClientProtocol {
  readonly name: string;
  readonly framing: "lengthPrefixed";
  /** The request heads of one channel: made once, so that the constant part of each method's is built once. */
  requestHeads(target: RequestTarget): RequestHeads;
  /** Reads a response's head once per section. `codec` is the request's. */
  readResponse(section: FieldSection, endStream: boolean, codec: CodecName): ResponseHead;
  /** Reads the section that ends the response, once per section. */
  readTrailers(section: FieldSection): Status;
  /** What the application may see, decoded; a fresh object each time. Never throws: undecodable `-bin` values fail the call in `readResponse` or `readTrailers`. */
  metadataOf(section: FieldSection): Metadata;
  /** The status of a call whose exchange the server reset with this error code (RFC 9113 §7). */
  resetStatus(errorCode: number): Status;
}

/** What all requests of a channel share. */
export interface RequestTarget {
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly codec: CodecName;
  readonly userAgent: string;
  /** Codings we accept, joined by commas; "" sends none. */
  readonly acceptEncodings: string;
}

export interface RequestHeads {
  /**
   * The head of one request; the same frozen array each time when it has no timeout and no metadata.
   * `encoding`: coding of the messages, "identity" for none. `timeoutMs`: undefined or Infinity for no limit.
   */
  fields(
    path: string,
    encoding: string,
    timeoutMs: number | undefined,
    metadata: Metadata | undefined,
    credentials: Metadata | undefined,
  ): readonly Field[];
}

/** A response's head: go on with messages, or the call has ended here. "failed" also says that the exchange is to be reset. */
export type ResponseHead =
  | { readonly kind: "headers"; readonly encoding: string; readonly acceptEncodings: readonly string[] }
  | { readonly kind: "trailersOnly"; readonly status: Status }
  | { readonly kind: "failed"; readonly status: Status };
