// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const openAtOnce = 50;
const frameHeaderBytes = 9;
const settingsType = 4;
const settingsAck = Buffer.from([0, 0, 0, settingsType, 1, 0, 0, 0, 0]);
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

  /** Opens so many streams on every connection: a request's header and nothing after it. */
  openStreams(perConnection: number, path: string): void {
    const block = requestBlock(path);
    const frames: Buffer[] = [];
    for (let stream = 0; stream < perConnection; stream++) {
      const header = Buffer.from([0, 0, 0, 1, 4, 0, 0, 0, 0]);
      header.writeUIntBE(block.length, 0, 3);
      header.writeUInt32BE(2 * stream + 1, 5);
      frames.push(header, block);
    }
    const bytes = Buffer.concat(frames);
    for (const socket of this.#sockets) socket.write(bytes);
  }

  /** Throws when the server has given up on any. */
  check(): void {
    if (this.#lost > 0) throw new Error(`the server closed ${this.#lost} of ${this.#sockets.length} idle connections`);
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
