// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from "node:crypto";
import { Code, createChannel, createServer } from "petrel";
import { expect, test } from "vitest";
import { createFiles } from "./files.js";
import { FileService, FileServiceClient } from "./gen/file/v1/file_grpc.js";
import { download, upload } from "./transfer.js";

async function withFiles(use: (files: FileServiceClient) => Promise<void>): Promise<void> {
  await using server = createServer().addService(FileService, createFiles());
  const { target } = await server.listen("127.0.0.1:0");
  await using channel = createChannel(target);
  await use(new FileServiceClient(channel, { timeoutMs: 15_000 }));
}

function cut(bytes: Uint8Array, chunkBytes: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / chunkBytes);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes));
}

test("a file of 3 MiB goes up in pieces and comes down the same", () =>
  withFiles(async (files) => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    const stored = await upload(files, "big.bin", cut(bytes, 100_000));
    expect(stored.sizeBytes).toBe(BigInt(bytes.length));
    expect(stored.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));

    const received: Uint8Array[] = [];
    for await (const chunk of download(files, "big.bin")) received.push(chunk);
    expect(received.length).toBeGreaterThan(40);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  }));

test("leaving the loop over a download cancels the call", () =>
  withFiles(async (files) => {
    await upload(files, "big.bin", [randomBytes(1024 * 1024), randomBytes(1024 * 1024)]);
    const call = files.download({ name: "big.bin" });
    for await (const { chunk } of call) {
      expect(chunk.length).toBe(64 * 1024);
      break;
    }
    expect((await call.status).code).toBe(Code.CANCELLED);
  }));

test("a file that is not there is NOT_FOUND before the first piece", () =>
  withFiles(async (files) => {
    await expect(download(files, "missing").next()).rejects.toMatchObject({ code: Code.NOT_FOUND });
  }));

test("an upload that does not start with a name is INVALID_ARGUMENT", () =>
  withFiles(async (files) => {
    const call = files.upload();
    await call.send({ part: { case: "chunk", value: randomBytes(3) } });
    await expect(call).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      message: "the first message must be the name",
    });
  }));

test("an upload past 16 MiB is RESOURCE_EXHAUSTED, whatever the client still has to send", () =>
  withFiles(async (files) => {
    const piece = randomBytes(1024 * 1024);
    const endless = (function* () {
      for (;;) yield piece;
    })();
    await expect(upload(files, "endless", endless)).rejects.toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
  }));

test("what a member of the room says reaches the others, until the member leaves", () =>
  withFiles(async (files) => {
    await using ada = files.chat({ metadata: { member: "ada" } });
    await using grace = files.chat({ metadata: { member: "grace" } });
    await Promise.all([ada.headers, grace.headers]);
    const adaHears = ada[Symbol.asyncIterator]();
    const graceHears = grace[Symbol.asyncIterator]();

    await ada.send({ text: "hello" });
    expect((await graceHears.next()).value).toMatchObject({ from: "ada", text: "hello" });
    await grace.send({ text: "hello yourself" });
    expect((await adaHears.next()).value).toMatchObject({ from: "grace", text: "hello yourself" });

    ada.halfClose();
    expect(await adaHears.next()).toMatchObject({ done: true });
    expect((await ada.status).code).toBe(Code.OK);
  }));

test("two members of one name are ALREADY_EXISTS, none is INVALID_ARGUMENT", () =>
  withFiles(async (files) => {
    await using ada = files.chat({ metadata: { member: "ada" } });
    await ada.headers;
    await using twin = files.chat({ metadata: { member: "ada" } });
    expect((await twin.status).code).toBe(Code.ALREADY_EXISTS);
    await using nobody = files.chat();
    expect((await nobody.status).code).toBe(Code.INVALID_ARGUMENT);
  }));
