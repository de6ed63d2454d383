// SPDX-License-Identifier: Apache-2.0
import { Code } from "./code.js";
import type { Status } from "./status.js";

// Every status Petrel makes by itself: the case, its code and its words in one place (gRPC statuscodes). The library
// never makes INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE or DATA_LOSS.

const noDetails: Status["details"] = Object.freeze([]);

/** A status without details; frozen, so that constants may be shared. */
export function libraryStatus(code: Code, message: string): Status {
  return Object.freeze({ code, message, details: noDetails });
}

// Time and cancellation

/** The deadline passed; made where it is noticed, whatever the peer says later (gRPC SEM). */
export const deadlineExceeded = libraryStatus(Code.DEADLINE_EXCEEDED, "deadline exceeded");
/** As `deadlineExceeded`, on the client, which knows the limit it set. */
export function deadlineExceededAfter(timeoutMs: number): Status {
  return libraryStatus(Code.DEADLINE_EXCEEDED, `deadline exceeded after ${formatMs(timeoutMs)}`);
}
/** The server saw the client reset the call. */
export const cancelledByClient = libraryStatus(Code.CANCELLED, "cancelled by the client");
/** `call.cancel(reason)` or an aborted signal, on the client. */
export function cancelledLocally(reason: unknown): Status {
  if (reason === undefined || reason === "") return libraryStatus(Code.CANCELLED, "cancelled");
  const text = reason instanceof Error ? reason.message : String(reason);
  return libraryStatus(Code.CANCELLED, text === "" ? "cancelled" : `cancelled: ${text}`);
}
/** What an aborted signal does to a call: a timeout is a deadline, an abort without a reason needs no text. */
export function abortedBySignal(reason: unknown, elapsedMs: number): Status {
  const name = reason instanceof Error ? reason.name : "";
  if (name === "TimeoutError") return deadlineExceededAfter(elapsedMs);
  return cancelledLocally(name === "AbortError" ? undefined : reason);
}
/** The handler a call was made in was cancelled, and the call with it. */
export const cancelledWithParent = libraryStatus(Code.CANCELLED, "cancelled with the call it was made in");
/** The user's loop over the replies ended before the replies did. */
export const iterationLeft = libraryStatus(Code.CANCELLED, "cancelled: the loop over the replies was left early");
/** `channel.close()` with calls in flight. */
export const channelClosed = libraryStatus(Code.CANCELLED, "cancelled: the channel was closed");
/** A call made on a closed channel. */
export const channelIsClosed = libraryStatus(Code.UNAVAILABLE, "the channel is closed");
/** `server.shutdown()` ran out of grace. */
export const shutdownGraceEnded = libraryStatus(Code.UNAVAILABLE, "the server shut down before the call ended");

/** Messages of a call are read or sent after its status is known. */
export const callIsOver = libraryStatus(Code.CANCELLED, "the call is over");

// Connections

/** The connection was lost with the call on it: the client's view. */
export function connectionLost(reason: string): Status {
  return libraryStatus(Code.UNAVAILABLE, reason === "" ? "connection lost" : `connection lost: ${reason}`);
}
/** The server says that it did not act on the call: it may be made again (gRPC HTTP2: GOAWAY, REFUSED_STREAM). */
export function notProcessed(reason: string): Status {
  return libraryStatus(Code.UNAVAILABLE, `not processed by the server: ${reason}`);
}
/** The same, the server's view. */
export const connectionLostOnServer = libraryStatus(Code.CANCELLED, "cancelled: connection lost");
/** No connection could be made. */
export function connectFailed(target: string, reason: string): Status {
  return libraryStatus(Code.UNAVAILABLE, `no connection to ${target}: ${reason}`);
}
/** Call credentials on a channel without TLS: they do not leave. */
export const credentialsNeedTls = libraryStatus(
  Code.UNAUTHENTICATED,
  "call credentials are not sent over plaintext; create the channel with tls",
);
/** The credentials' function failed with something else than a StatusError. */
export function credentialsFailed(reason: unknown): Status {
  return libraryStatus(Code.UNAUTHENTICATED, `call credentials failed: ${textOf(reason)}`);
}

// Methods and handlers

/** No service or no method of that path. */
export function unimplementedMethod(path: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `unknown method ${path}`);
}
/** The service has no JSON form: it was added without a schema. */
export function unimplementedCodec(path: string, codec: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `method ${path} does not speak ${codec}`);
}
/** What the client learns of a handler that threw something else than a StatusError: nothing of its text, which goes to `onError`. */
export const handlerFailed = libraryStatus(Code.UNKNOWN, "the handler failed");
/** The handler's status cannot be written: its details or its text are not what they should be. */
export function statusNotEncoded(status: Status): Status {
  return libraryStatus(Code.INTERNAL, `cannot encode the status, whose code is ${String(status.code)}`);
}
/** A message that we are to send cannot be written. */
export function messageNotEncoded(typeName: string, error: unknown): Status {
  return libraryStatus(Code.INTERNAL, `cannot encode ${typeName === "" ? "a message" : typeName}: ${textOf(error)}`);
}
/** A message was sent behind the end of its direction. */
export const sentAfterEnd = libraryStatus(Code.INTERNAL, "send() after halfClose() or after the end of the call");
/** The peer's message cannot be read. */
export function messageNotDecoded(typeName: string, error: unknown): Status {
  return libraryStatus(Code.INTERNAL, `cannot decode ${typeName === "" ? "a message" : typeName}: ${textOf(error)}`);
}

// Numbers of messages (gRPC statuscodes: "Cardinality violation")

/** A unary or server-streaming request without a message. */
export function requestMissing(path: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `method ${path} takes one request message, got none`);
}
/** A unary or server-streaming request with a second message. */
export function requestRepeated(path: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `method ${path} takes one request message, got more`);
}
/** Status OK, but no message, for a unary or client-streaming method. */
export function responseMissing(path: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `method ${path} gives one response message, the server sent none`);
}
/** A second message for a unary or client-streaming method. */
export function responseRepeated(path: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `method ${path} gives one response message, the server sent more`);
}

// Messages

/** Past `receiveMaxBytes`, as its prefix says. */
export function messageTooLarge(bytes: number, receiveMaxBytes: number): Status {
  return libraryStatus(
    Code.RESOURCE_EXHAUSTED,
    `message is ${bytes} bytes, larger than receiveMaxBytes (${receiveMaxBytes})`,
  );
}
/** Past `receiveMaxBytes` while inflating. */
export function inflatedTooLarge(receiveMaxBytes: number): Status {
  return libraryStatus(
    Code.RESOURCE_EXHAUSTED,
    `message is larger than receiveMaxBytes (${receiveMaxBytes}) when decompressed`,
  );
}
/** Past `sendMaxBytes`, before compressing. */
export function messageTooLargeToSend(bytes: number, sendMaxBytes: number): Status {
  return libraryStatus(
    Code.RESOURCE_EXHAUSTED,
    `message is ${bytes} bytes, larger than sendMaxBytes (${sendMaxBytes})`,
  );
}
/** The first octet of a prefix is neither 0 nor 1. */
export function badCompressedFlag(flag: number): Status {
  return libraryStatus(Code.INTERNAL, `message with the compressed flag ${flag}, expected 0 or 1`);
}
/** The stream ended inside a message. */
export function messageCutShort(receivedBytes: number, expectedBytes: number): Status {
  return libraryStatus(Code.INTERNAL, `stream ended ${receivedBytes} bytes into a message of ${expectedBytes} bytes`);
}
/** The stream ended inside a message's prefix. */
export function prefixCutShort(receivedBytes: number): Status {
  return libraryStatus(Code.INTERNAL, `stream ended ${receivedBytes} bytes into a message's prefix of 5 bytes`);
}

// Compression

/** The client compresses with something this server does not accept; `accepted` goes out as grpc-accept-encoding too. */
export function unknownRequestCoding(encoding: string, accepted: string): Status {
  return libraryStatus(Code.UNIMPLEMENTED, `unknown compression "${encoding}": server accepts ${accepted}`);
}
/** The server compresses with something this client does not accept. */
export function unknownResponseCoding(encoding: string, accepted: string): Status {
  return libraryStatus(Code.INTERNAL, `unknown compression "${encoding}": client accepts ${accepted}`);
}
/** A message says that it is compressed, but the head names no coding. */
export const compressedWithoutCoding = libraryStatus(
  Code.INTERNAL,
  "message is flagged as compressed, but grpc-encoding is absent or identity",
);
/** The bytes are not what the coding says. */
export function messageNotDecompressed(encoding: string, error: unknown): Status {
  return libraryStatus(Code.INTERNAL, `cannot decompress a message with ${encoding}: ${textOf(error)}`);
}

// Protocol

/** The response's body ended without trailers. */
export const trailersMissing = libraryStatus(Code.INTERNAL, "the server ended the response without trailers");
/** Messages before the response's head, or a second head. */
export const responseMalformed = libraryStatus(Code.INTERNAL, "the server's response has its parts out of order");
/** The response ended before its head was complete, or the exchange ended without saying why. */
export function exchangeFailed(reason: string): Status {
  return libraryStatus(Code.INTERNAL, reason);
}
/** The response goes past a limit of ours, which the reason names: the size of its head or trailers, its 1xx responses. */
export function limitExceeded(reason: string): Status {
  return libraryStatus(Code.RESOURCE_EXHAUSTED, reason);
}
/** Headers or trailers that we are to send are larger than the peer accepts (RFC 9113 §6.5.2). */
export function fieldsTooLargeToSend(what: "headers" | "trailers", bytes: number, peerMaxBytes: number): Status {
  return libraryStatus(
    Code.RESOURCE_EXHAUSTED,
    `${what} are ${bytes} bytes, larger than the peer's SETTINGS_MAX_HEADER_LIST_SIZE (${peerMaxBytes})`,
  );
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function formatMs(timeoutMs: number): string {
  return `${Math.round(timeoutMs * 1000) / 1000} ms`;
}
