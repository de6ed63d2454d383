// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { field } from "../../src/http2/hpack/field.js";
import { block, clientHello, frame, headersFrame, parseFrames, type SeenFrame } from "../support/http2-frames.js";

const pieceBytes = 64 * 1024;

/** What an attacker may do. */
export interface RawClientOptions {
  /** False: nothing is ever read, so that replies pile up at the server. Default true. */
  readonly reads?: boolean;
  /** Sent first. Default: the preface and empty SETTINGS. */
  readonly hello?: Uint8Array;
  /** Whether what the server sends is kept and taken apart. Default true. */
  readonly keeps?: boolean;
}

/** A client written frame by frame: nothing it does is checked. */
export class RawClient {
  readonly socket: Socket;
  closed = false;
  #input = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async connect(port: number, options: RawClientOptions = {}): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const client = new RawClient(socket);
    // What an attacker's socket suffers is told by "close".
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      client.closed = true;
    });
    socket.on("end", () => socket.end());
    await once(socket, "connect");
    if (options.reads !== false) {
      socket.on("data", (chunk: Buffer) => {
        if (options.keeps !== false) client.#input = Buffer.concat([client.#input, chunk]);
      });
    }
    socket.write(options.hello ?? clientHello);
    return client;
  }

  /** Whole frames received so far. */
  frames(): SeenFrame[] {
    let end = 0;
    while (end + 9 <= this.#input.length) {
      const next = end + 9 + this.#input.readUIntBE(end, 3);
      if (next > this.#input.length) break;
      end = next;
    }
    return parseFrames(this.#input.subarray(0, end));
  }

  /** The last GOAWAY. */
  goaway(): { readonly lastStreamId: number; readonly errorCode: number; readonly debug: string } | undefined {
    const payload = this.frames().findLast(({ type }) => type === 7)?.payload;
    if (payload === undefined) return undefined;
    const view = Buffer.from(payload);
    return {
      lastStreamId: view.readUInt32BE(0),
      errorCode: view.readUInt32BE(4),
      debug: view.toString("utf8", 8),
    };
  }

  /**
   * Writes all of it unless the connection ends before, or the server takes nothing for `stallMs`. Says which.
   */
  async volley(bytes: Uint8Array, stallMs = 300): Promise<"sent" | "closed" | "stalled"> {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      if (this.closed || !this.socket.writable) return "closed";
      if (this.socket.write(bytes.subarray(start, start + pieceBytes))) continue;
      const state = await this.#drained(stallMs);
      if (state !== "sent") return state;
    }
    return this.closed ? "closed" : "sent";
  }

  /** Resolves true once the server has closed the connection, false after `timeoutMs`. */
  async ended(timeoutMs: number): Promise<boolean> {
    if (this.closed) return true;
    // A peer that does not read never sees the end either.
    this.socket.resume();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.socket.once("close", () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  destroy(): void {
    this.socket.destroy();
  }

  #drained(stallMs: number): Promise<"sent" | "closed" | "stalled"> {
    return new Promise((resolve) => {
      const settle = (state: "sent" | "closed" | "stalled") => {
        clearTimeout(timer);
        this.socket.off("drain", drained).off("close", closed);
        resolve(state);
      };
      const drained = () => settle("sent");
      const closed = () => settle("closed");
      const timer = setTimeout(() => settle("stalled"), stallMs);
      this.socket.on("drain", drained).on("close", closed);
    });
  }
}

/** The head of a call of the text service. */
export const requestHead = (method: string, ...more: [name: string, value: string][]) => [
  field(":method", "POST"),
  field(":scheme", "http"),
  field(":path", `/test.v1.Texts/${method}`),
  field(":authority", "localhost"),
  field("te", "trailers"),
  field("content-type", "application/grpc"),
  ...more.map(([name, value]) => field(name, value)),
];

/** One text as a length-prefixed message; a flag or a length that lies on request. */
export function message(text: string | Uint8Array, flag = 0, length?: number): Uint8Array {
  const body = Buffer.from(text as string);
  const bytes = Buffer.alloc(5 + body.length, body.toString("latin1"), "latin1");
  bytes[0] = flag;
  bytes.writeUInt32BE(length ?? body.length, 1);
  bytes.set(body, 5);
  return bytes;
}

/** A complete unary request. */
export function unaryRequest(streamId: number, text: string): Uint8Array {
  return Buffer.concat([headersFrame(streamId, requestHead("One"), 0x4), frame(0, 1, streamId, message(text))]);
}

/** The encoded head of a request, to be sent again and again: it leaves the table alone. */
export const headBlock = (method: string): Uint8Array => block(requestHead(method));

/** The same frames for many streams: `make` is called with 1, 3, 5, … */
export function forStreams(count: number, make: (streamId: number) => Uint8Array, first = 1): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(first + 2 * index)));
}

/** One frame again and again. */
export function repeated(bytes: Uint8Array, count: number): Uint8Array {
  return Buffer.alloc(bytes.length * count, Buffer.from(bytes));
}
