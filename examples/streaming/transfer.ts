// SPDX-License-Identifier: Apache-2.0
import type { CallOptions } from "petrel";
import type { FileServiceClient } from "./gen/file/v1/file_grpc.js";
import type { UploadRequestInit, UploadResponse } from "./gen/file/v1/file_pb.js";

/** Uploads a file from anything that gives bytes: a read stream, an array, a generator. The server sets the pace. */
export async function upload(
  files: FileServiceClient,
  name: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options?: CallOptions,
): Promise<UploadResponse> {
  return files.upload(parts(name, source), options);
}

async function* parts(
  name: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<UploadRequestInit> {
  yield { part: { case: "name", value: name } };
  for await (const chunk of source) yield { part: { case: "chunk", value: chunk } };
}

/** The bytes of a file as they come. Leaving the loop ends the call, here and at the server. */
export async function* download(
  files: FileServiceClient,
  name: string,
  options?: CallOptions,
): AsyncGenerator<Uint8Array> {
  for await (const { chunk } of files.download({ name }, options)) yield chunk;
}
