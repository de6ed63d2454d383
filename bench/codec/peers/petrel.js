// SPDX-License-Identifier: Apache-2.0
import { fromBytes, toBytes } from "petrel";
import { Reader } from "petrel/codegen";
import { encodeGathering, gatheredPieces, gatheredSegments } from "../../../runtime/dist/wire/gather.js";

const generated = await import("../gen/petrel/bench/codec/v1/payloads_pb.js");

/** Bytes in front of a message in the transport's output: HTTP/2 DATA and gRPC's prefix. */
const headBytes = 14;
const output = new Uint8Array(64 * 1024);
const reader = new Reader(new Uint8Array(0));

/** The operations on one payload, as the transport does them: `frame` writes behind the frame's head, in place. */
export function operations(type, bytes) {
  const codec = generated[`${type}Codec`];
  const message = fromBytes(codec, bytes);
  return {
    frame() {
      const end = encodeGathering(codec, output, message, headBytes);
      return gatheredPieces > 0 ? gatheredSegments(output, headBytes, end) : end;
    },
    encode: () => toBytes(codec, message),
    decode: () => codec.decode(reader.reset(bytes, 0, bytes.length), bytes.length),
  };
}
