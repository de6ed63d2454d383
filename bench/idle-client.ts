// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const openAtOnce = 50;
const frameHeaderBytes = 9;
const settingsType = 4;
const cancelCode = Buffer.from([0, 0, 0, 8]);
const settingsAck = Buffer.from([0, 0, 0, settingsType, 1, 0, 0, 0, 0]);
const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
const pingAck = Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, settingsType, 0, 0, 0, 0, 0]),
]);

/** Connections that do nothing once they are open, as plain sockets, so that the process at the other end pays all there is. */
export class IdleConnections implements Disposable {
  readonly #sockets: Socket[] = [];
  #lost = 0;

  /** Opens so many more; `http2` ones send the preface and acknowledge the server's SETTINGS. */
  async open(port: number, count: number, protocol: "http2" | "bytes"): Promise<void> {
    for (let opened = 0; opened < count; opened += openAtOnce) {
      const batch = Math.min(openAtOnce, count - opened);
      await Promise.all(Array.from({ length: batch }, () => this.#openOne(port, protocol)));
    }
  }

  /**
   * Opens so many streams on every connection: a request's header and nothing after it, or its one message and its end.
   * No window is ever opened for what the server answers.
   */
  openStreams(perConnection: number, path: string, message?: Buffer): void {
    const block = requestBlock(path);
    this.#writeToAll(perConnection, (id) => [
      ...frame(1, 4, id, block),
      ...(message === undefined ? [] : frame(0, 1, id, lengthPrefixed(message))),
    ]);
  }

  /** Resets as many streams on every connection as `openStreams` has opened. */
  cancelStreams(perConnection: number): void {
    this.#writeToAll(perConnection, (id) => frame(3, 0, id, cancelCode));
  }

  /** Resolves when the server has gone through all that was sent, on every connection. */
  async settled(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => answeredPing(socket)));
  }

  /** Throws when the server has given up on any. */
  check(): void {
    if (this.#lost > 0) throw new Error(`the server closed ${this.#lost} of ${this.#sockets.length} idle connections`);
  }

  #writeToAll(streams: number, frames: (id: number) => Buffer[]): void {
    const bytes = Buffer.concat(Array.from({ length: streams }, (_, stream) => frames(2 * stream + 1)).flat());
    for (const socket of this.#sockets) socket.write(bytes);
  }

  async #openOne(port: number, protocol: "http2" | "bytes"): Promise<void> {
    const socket = connect(port, "127.0.0.1");
    this.#sockets.push(socket);
    socket.on("error", () => socket.destroy());
    await once(socket, "connect");
    socket.once("close", () => this.#lost++);
    if (protocol === "bytes") return;
    socket.write(preface);
    const [first] = (await once(socket, "data")) as [Buffer];
    if (first.length < frameHeaderBytes || first[3] !== settingsType) throw new Error("the server sent no SETTINGS");
    socket.write(settingsAck);
    socket.resume();
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Frame header and payload (RFC 9113 §4.1). */
function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer[] {
  const header = Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 0]);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt32BE(streamId, 5);
  return [header, payload];
}

function lengthPrefixed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

async function answeredPing(socket: Socket): Promise<void> {
  socket.write(ping);
  let received = Buffer.alloc(0);
  while (!received.includes(pingAck)) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
}

/** A gRPC request's header in HPACK literals that enter no table (RFC 7541 §6.2.2). */
function requestBlock(path: string): Buffer {
  const literal = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  return Buffer.concat([
    ...[Buffer.from([0x83, 0x86, 0x04]), literal(path)],
    ...[Buffer.from([0x01]), literal("localhost")],
    ...[Buffer.from([0x0f, 0x10]), literal("application/grpc")],
    ...[Buffer.from([0x00]), literal("te"), literal("trailers")],
  ]);
}
