// SPDX-License-Identifier: Apache-2.0
import { createChannel } from "petrel";
import { expect, test } from "vitest";
import { callAllShapes } from "./client.js";
import { UserServiceClient } from "./gen/user/v1/user_grpc.js";
import { createUserServer } from "./server.js";

test("the client calls all four shapes and names the error of a fifth call", async () => {
  await using server = createUserServer();
  const { target } = await server.listen("127.0.0.1:0");
  await using channel = createChannel(target);
  const lines: string[] = [];
  await callAllShapes(new UserServiceClient(channel), (line) => lines.push(line));
  expect(lines.map((line) => line.replace(/ {2,}/, ": "))).toEqual([
    "unary: GetUser(u42) is Douglas Adams",
    'server streaming: ListUsers("a") gave Ada Lovelace, Grace Hopper, Douglas Adams; OK',
    "client streaming: UploadEvents received 3 events",
    "bidi streaming: Chat: you said hello",
    "bidi streaming: Chat: you said goodbye",
    "an error: GetUser(nobody) failed with NOT_FOUND: no user nobody",
  ]);
});
