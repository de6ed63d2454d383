// SPDX-License-Identifier: Apache-2.0
// petrel on Node, Bun and Deno.
export * from "../index.js";
export { createChannel, createInProcessChannel } from "./create-channel.js";
export { createServer } from "./create-server.js";
