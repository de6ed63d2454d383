// SPDX-License-Identifier: Apache-2.0
import type { EchoServiceHandlers } from "./gen/bench/v1/echo_grpc.js";

export const token =
  "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjdXNfOGYxNGU0NWYiLCJzY29wZSI6Im9yZGVyczp3cml0ZSJ9.c2lnbmF0dXJl";
const text = "sixteen bytes ok";
const chunk = new Uint8Array(64 * 1024).fill(97);

/** What the echo service does, for each of its methods. */
export const echoHandlers: EchoServiceHandlers = {
  echo: (request) => ({ text: request.text }),
  async *list({ value }) {
    for (let sent = 0; sent < value; sent++) yield { text };
  },
  chat: (requests) => requests,
  echoChunk: (request) => ({ data: request.data }),
  async *download({ value }) {
    for (let sent = 0; sent < value; sent++) yield { data: chunk };
  },
  async upload(requests) {
    let value = 0;
    for await (const _ of requests) value++;
    return { value };
  },
  placeOrder({ id, items }) {
    return { id, total: items.reduce((total, item) => total + item.unitPrice * item.quantity, 0) };
  },
};
