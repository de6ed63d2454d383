// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { bearerToken, createChannel, Metadata } from "petrel";
import { identifyRequests, logCalls, tenant } from "./calls.js";
import { NoteServiceClient } from "./gen/note/v1/note_grpc.js";

await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50051", {
  tls: { ca: await readFile(new URL("./certs/ca.pem", import.meta.url)) },
  // Asked once a call, so a token that expires is replaced here. Over plaintext it never leaves.
  credentials: bearerToken(async () => process.env.TOKEN ?? "let-me-in"),
  interceptors: [identifyRequests, logCalls((line) => console.log(line))],
});
const notes = new NoteServiceClient(channel, { metadata: new Metadata().set(tenant, 1), timeoutMs: 2_000 });

await notes.addNote({ text: "buy milk" });
for await (const { text, author } of notes.listNotes({})) console.log(`${author}: ${text}`);
