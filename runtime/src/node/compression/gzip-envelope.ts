// SPDX-License-Identifier: Apache-2.0
import { crc32 } from "node:zlib";
import type { Envelope } from "./zlib-compressor.js";

const fixedHeaderBytes = 10;
const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;

/**
 * The header and trailer of one gzip member (RFC 1952 §2.3). Read here because node:zlib's gunzip joins members and
 * passes over what follows them.
 */
export const gzipEnvelope: Envelope = {
  mayBeAbsent: false,
  readHeader(bytes) {
    if (bytes.byteLength < fixedHeaderBytes) throw invalid("header ends early");
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw invalid("magic number is missing");
    if (bytes[2] !== 8) throw invalid(`compression method is ${bytes[2]}, expected 8`);
    const flags = bytes[3] as number;
    if ((flags & flag.reserved) !== 0) throw invalid(`flags 0x${flags.toString(16)} set a reserved bit`);
    let position = fixedHeaderBytes;
    if (flags & flag.extra) position += 2 + ((bytes[position] as number) | ((bytes[position + 1] as number) << 8));
    if (flags & flag.name) position = afterZero(bytes, position);
    if (flags & flag.comment) position = afterZero(bytes, position);
    if (flags & flag.headerCrc) position += 2;
    if (!(position <= bytes.byteLength)) throw invalid("header ends early");
    return position;
  },
  trailerBytes: 8,
  checkTrailer(trailer, inflated) {
    const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength);
    if (view.getUint32(4, true) !== inflated.byteLength % 2 ** 32) throw new Error("incorrect length check");
    if (view.getUint32(0, true) !== crc32(inflated)) throw new Error("incorrect data check");
  },
};

function afterZero(bytes: Uint8Array, position: number): number {
  const zero = bytes.indexOf(0, position);
  if (zero < 0) throw invalid("header ends early");
  return zero + 1;
}

const invalid = (reason: string) => new Error(`message is not valid gzip: ${reason}`);
