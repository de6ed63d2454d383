// SPDX-License-Identifier: Apache-2.0
// A bare socket, what the large rows are held against. A request is 5 octets: the work and how many octets follow or are
// to come back. Prints `listening PORT`. `--tls CERT KEY`.
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { smallChunk, tlsArguments } from "../payload.js";

const serve = (socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  let work = "";
  let left = 0;
  socket.on("data", (bytes) => {
    let rest = bytes;
    while (rest.length > 0) {
      if (left === 0) {
        work = String.fromCharCode(rest[0]);
        left = rest.readUInt32BE(1);
        rest = rest.subarray(5);
        if (work === "d") left = send(socket, left);
        continue;
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      left -= part.length;
      if (work === "e" && !socket.write(part)) {
        socket.pause();
        socket.once("drain", () => socket.resume());
      }
      if (work === "u" && left === 0) socket.write("k");
    }
  });
};
const tls = tlsArguments();
const server = tls ? createTlsServer(tls, serve) : createServer(serve);
server.listen(0, "127.0.0.1", () => process.stdout.write(`listening ${server.address().port}\n`));

function send(socket, count) {
  let left = count;
  const writeMore = () => {
    while (left > 0) {
      left -= smallChunk.length;
      if (!socket.write(smallChunk)) return socket.once("drain", writeMore);
    }
  };
  writeMore();
  return 0;
}
