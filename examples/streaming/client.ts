// SPDX-License-Identifier: Apache-2.0
// Sends this file up and down again, then talks: type lines, end with Ctrl-D.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createChannel } from "petrel";
import { FileServiceClient } from "./gen/file/v1/file_grpc.js";
import { download, upload } from "./transfer.js";

await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50051");
const files = new FileServiceClient(channel);

const stored = await upload(files, "client.ts", createReadStream(fileURLToPath(import.meta.url)));
console.log(`uploaded ${stored.sizeBytes} bytes, sha256 ${stored.sha256}`);

let receivedBytes = 0;
for await (const chunk of download(files, "client.ts")) receivedBytes += chunk.length;
console.log(`downloaded ${receivedBytes} bytes`);

await using chat = files.chat({ metadata: { member: process.env.USER ?? `guest-${process.pid}` } });
const lines = createInterface({ input: process.stdin });
lines.on("line", (text) => void chat.send({ text }));
lines.on("close", () => chat.halfClose());
for await (const { from, text } of chat) console.log(`${from}: ${text}`);
