// SPDX-License-Identifier: Apache-2.0
/**
 * The echo service as a Petrel user writes it. Prints `listening PORT`. `--tls CERT KEY`, `--interceptor`. With
 * `--open-channel` a channel stays open beside it, as in a service that calls others: only then does a call enter the
 * AsyncLocalStorage.
 */
import { readFileSync } from "node:fs";
import { Code, createChannel, createServer, type Interceptor, type ServerOptions, StatusError } from "petrel";
import { echoHandlers, token } from "./echo-handlers.js";
import { EchoService } from "./gen/bench/v1/echo_grpc.js";

const authenticate: Interceptor = (call, next) => {
  if (call.metadata.get("authorization") === token) return next();
  throw new StatusError(Code.UNAUTHENTICATED, "a token is required");
};

const server = createServer({
  ...tlsOptions(),
  interceptors: process.argv.includes("--interceptor") ? [authenticate] : [],
});
server.addService(EchoService, echoHandlers);
const { port } = await server.listen("127.0.0.1:0");
if (process.argv.includes("--open-channel")) await createChannel(`127.0.0.1:${port}`).connect();
process.stdout.write(`listening ${port}\n`);

function tlsOptions(): Pick<ServerOptions, "tls"> {
  const at = process.argv.indexOf("--tls");
  if (at < 0) return {};
  const [cert, key] = process.argv.slice(at + 1, at + 3).map((path) => readFileSync(path));
  if (cert === undefined || key === undefined) throw new Error("--tls CERT KEY");
  return { tls: { cert, key } };
}
