// SPDX-License-Identifier: Apache-2.0
/**
 * The echo service as a Petrel user writes it. Prints `listening PORT`. With `--open-channel` a channel stays open
 * beside it, as in a service that calls others: only then does a call enter the AsyncLocalStorage.
 */
import { createChannel, createServer } from "petrel";
import { EchoService } from "./gen/bench/v1/echo_grpc.js";

const server = createServer();
server.addService(EchoService, { echo: (request) => ({ text: request.text }) });
const { port } = await server.listen("127.0.0.1:0");
if (process.argv.includes("--open-channel")) await createChannel(`127.0.0.1:${port}`).connect();
process.stdout.write(`listening ${port}\n`);
