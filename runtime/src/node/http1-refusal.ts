// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

const maxDiscardedBytes = 64 * 1024;

/**
 * Answers HTTP/1.1 requests in plain text: this port speaks gRPC over HTTP/2. 415 for a gRPC content type, 426 for the
 * rest. One request a connection, which must be over within `timeoutMs`.
 */
export class Http1Refusal {
  readonly #server: Server = createServer((request, response) => answerAfterBody(request, response));
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      else socket.destroy();
    });
  }

  /** Takes the socket over, with what has been read from it already. */
  handle(socket: Duplex, head: Uint8Array | undefined): void {
    const timer = setTimeout(() => socket.destroy(), this.#timeoutMs);
    timer.unref();
    socket.on("close", () => clearTimeout(timer));
    if (head !== undefined) socket.unshift(head);
    this.#server.emit("connection", socket);
    socket.resume();
  }
}

// After the body: closing a socket with unread input is a TCP reset, which can overtake the answer.
function answerAfterBody(request: IncomingMessage, response: ServerResponse): void {
  let discardedBytes = 0;
  const answer = () => {
    if (!response.headersSent) refuse(request, response);
  };
  request.on("end", answer);
  request.on("error", () => response.destroy());
  request.on("data", (chunk: Buffer) => {
    discardedBytes += chunk.length;
    if (discardedBytes > maxDiscardedBytes) answer();
  });
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const isGrpc = request.headers["content-type"]?.startsWith("application/grpc") ?? false;
  const text = "this port speaks gRPC over HTTP/2; the request came over HTTP/1.1\n";
  response.shouldKeepAlive = false;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  if (isGrpc) {
    response.writeHead(415);
  } else {
    // RFC 9110 §15.5.22: a 426 names what to upgrade to. The offer is prior knowledge or ALPN; h2c is how HTTP says it.
    response.writeHead(426, { upgrade: "h2c", connection: "upgrade, close" });
  }
  response.end(text);
}
