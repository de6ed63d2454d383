// SPDX-License-Identifier: Apache-2.0
// The large works of ../load.js over a bare socket, a connection for each that is in flight.
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { chunks, largeChunk, smallChunk } from "../payload.js";

const idle = [];

export async function connect(port, ca) {
  const open = async () => {
    const socket = ca ? connectTls({ host: "localhost", port, ca }) : connectTcp({ host: "127.0.0.1", port });
    await once(socket, ca ? "secureConnect" : "connect");
    return socket.setNoDelay(true);
  };
  const work = async (name, bytes, message, replyBytes) => {
    const socket = idle.pop() ?? (await open());
    const request = Buffer.alloc(5);
    request.write(name);
    request.writeUInt32BE(bytes, 1);
    socket.write(request);
    const reply = readBytes(socket, replyBytes);
    if (message) writeAll(socket, bytes / message.length, message);
    await reply;
    idle.push(socket);
  };
  return {
    echoChunk: () => work("e", largeChunk.length, largeChunk, largeChunk.length),
    download: () => work("d", chunks * smallChunk.length, undefined, chunks * smallChunk.length),
    upload: () => work("u", chunks * smallChunk.length, smallChunk, 1),
  };
}

function writeAll(socket, count, message) {
  let left = count;
  const writeMore = () => {
    while (left > 0) {
      left--;
      if (!socket.write(message)) return socket.once("drain", writeMore);
    }
  };
  writeMore();
}

function readBytes(socket, expected) {
  return new Promise((resolve) => {
    let left = expected;
    const onData = (bytes) => {
      left -= bytes.length;
      if (left > 0) return;
      socket.off("data", onData);
      resolve();
    };
    socket.on("data", onData);
  });
}
