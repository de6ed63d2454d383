// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { Code, createOutbox, type Outbox, StatusError } from "petrel";
import type { FileServiceHandlers } from "./gen/file/v1/file_grpc.js";
import type { ChatRequest, ChatResponseInit, UploadRequest, UploadResponseInit } from "./gen/file/v1/file_pb.js";

const maxFileBytes = 16 * 1024 * 1024;
const chunkBytes = 64 * 1024;
const maxPendingMessages = 100;
const namePattern = /^[\w][\w.-]{0,99}$/;

/** Handlers that keep files in memory and one room to chat in. */
export function createFiles(): FileServiceHandlers {
  const files = new Map<string, Uint8Array>();
  const room = new Map<string, Member>();
  return {
    async upload(requests) {
      const { name, bytes } = await receiveFile(requests);
      files.set(name, bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { sizeBytes: BigInt(bytes.length), sha256 } satisfies UploadResponseInit;
    },

    // A generator is pulled at the pace of the client: nothing piles up when it reads slowly.
    async *download(request) {
      const bytes = files.get(request.name);
      if (bytes === undefined) throw new StatusError(Code.NOT_FOUND, `no file ${request.name}`);
      for (let start = 0; start < bytes.length; start += chunkBytes) {
        yield { chunk: bytes.subarray(start, start + chunkBytes) };
      }
    },

    // What others say comes by callback, so it goes out through an outbox.
    chat(requests, context) {
      const name = context.metadata.get("member") ?? "";
      if (name === "") throw new StatusError(Code.INVALID_ARGUMENT, "metadata member is required");
      if (room.has(name)) throw new StatusError(Code.ALREADY_EXISTS, `${name} is in the room`);
      const member: Member = { name, outbox: createOutbox(), pending: 0 };
      room.set(name, member);
      context.sendHeaders(); // tells the client that it is in the room
      void relay(member, requests, room).finally(() => room.delete(name));
      return member.outbox;
    },
  };
}

interface Member {
  readonly name: string;
  readonly outbox: Outbox<ChatResponseInit>;
  /** Messages that flow control has not accepted yet. */
  pending: number;
}

async function relay(
  member: Member,
  requests: AsyncIterable<ChatRequest>,
  room: ReadonlyMap<string, Member>,
): Promise<void> {
  try {
    for await (const { text } of requests) {
      for (const other of room.values()) if (other !== member) post(other, { from: member.name, text });
    }
    member.outbox.end();
  } catch (error) {
    // The member hung up, or the connection is gone.
    member.outbox.fail(StatusError.from(error));
  }
}

/** Not awaited, since one slow reader must not hold up the others, and so bounded. */
function post(member: Member, message: ChatResponseInit): void {
  if (member.pending >= maxPendingMessages) {
    member.outbox.fail(new StatusError(Code.RESOURCE_EXHAUSTED, `${member.name} reads too slowly`));
    return;
  }
  member.pending++;
  const settled = () => member.pending--;
  member.outbox.send(message).then(settled, settled);
}

async function receiveFile(requests: AsyncIterable<UploadRequest>): Promise<{ name: string; bytes: Uint8Array }> {
  let name: string | undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const { part } of requests) {
    if (name === undefined) {
      if (part.case !== "name") throw new StatusError(Code.INVALID_ARGUMENT, "the first message must be the name");
      if (!namePattern.test(part.value)) {
        throw new StatusError(
          Code.INVALID_ARGUMENT,
          `name ${JSON.stringify(part.value)} is not of letters, digits, . _ -`,
        );
      }
      name = part.value;
      continue;
    }
    if (part.case !== "chunk") throw new StatusError(Code.INVALID_ARGUMENT, "messages after the first must be chunks");
    sizeBytes += part.value.length;
    if (sizeBytes > maxFileBytes) {
      throw new StatusError(Code.RESOURCE_EXHAUSTED, `file is larger than ${maxFileBytes} bytes`);
    }
    chunks.push(part.value);
  }
  if (name === undefined) throw new StatusError(Code.INVALID_ARGUMENT, "no message came");
  return { name, bytes: Buffer.concat(chunks) };
}
