// SPDX-License-Identifier: Apache-2.0
// The server of a pair. `--tls CERT KEY CA` asks for client certificates too. Prints `listening PORT`, runs until TERM.
import { readFileSync } from "node:fs";
import { Code, createServer, type ServerOptions, StatusError } from "petrel";
import { Pairs, textOf } from "./pair-service.js";

const server = createServer({ compression: { send: "gzip" }, ...tlsOptions() });
server.addService(Pairs, {
  async one(request, { metadata, peer, signal, trailers }) {
    switch (request.value) {
      case "fail":
        trailers.set("who", "the server");
        throw new StatusError(Code.ABORTED, "no – nein");
      case "wait":
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return textOf("late");
      case "metadata":
        return textOf(`${metadata.get("name")} ${metadata.get("data-bin")?.join()}`);
      case "peer":
        return textOf(`${peer.address} ${peer.tls?.authorized} ${peer.tls?.certificate?.subject.split("\n").at(-1)}`);
      default:
        return request;
    }
  },
  *down(request) {
    for (const value of request.value.split(" ")) yield textOf(value);
  },
  async up(requests) {
    const values: string[] = [];
    for await (const { value } of requests) values.push(value);
    return textOf(values.join(" "));
  },
  both: (requests) => requests,
});
const { port } = await server.listen("127.0.0.1:0");
process.stdout.write(`listening ${port}\n`);

function tlsOptions(): ServerOptions {
  const at = process.argv.indexOf("--tls");
  if (at < 0) return {};
  const [cert, key, ca] = process.argv.slice(at + 1).map((file) => readFileSync(file));
  if (cert === undefined || key === undefined || ca === undefined) throw new Error("--tls CERT KEY CA");
  return { tls: { cert, key, ca, clientCertificate: "require" } };
}
