// SPDX-License-Identifier: Apache-2.0
// Run as `tsx client.ts [--target=127.0.0.1:50051]`.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Code, codeName, createChannel, StatusError } from "petrel";
import { UserServiceClient } from "./gen/user/v1/user_grpc.js";

type Print = (line: string) => void;

/** Makes a call of each shape and prints what happened. */
export async function callAllShapes(users: UserServiceClient, print: Print): Promise<void> {
  const user = await users.getUser({ id: "u42" }, { timeoutMs: 1_000 });
  print(`unary             GetUser(u42) is ${user.fullName}`);

  const names: string[] = [];
  const listing = users.listUsers({ filter: "a" });
  for await (const found of listing) names.push(found.fullName);
  print(`server streaming  ListUsers("a") gave ${names.join(", ")}; ${codeName((await listing.status).code)}`);

  const result = await users.uploadEvents([{ name: "login" }, { name: "click" }, { name: "logout" }]);
  print(`client streaming  UploadEvents received ${result.received} events`);

  const chat = users.chat();
  await chat.send({ text: "hello" });
  for await (const reply of chat) {
    print(`bidi streaming    Chat: ${reply.text}`);
    if (reply.text.endsWith("hello")) await chat.send({ text: "goodbye" });
    else chat.halfClose();
  }

  try {
    await users.getUser({ id: "nobody" });
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== Code.NOT_FOUND) throw error;
    print(`an error          GetUser(nobody) failed with ${codeName(error.code)}: ${error.message}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { target: { type: "string", default: "127.0.0.1:50051" } } });
  await using channel = createChannel(values.target);
  await callAllShapes(new UserServiceClient(channel), console.log);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
