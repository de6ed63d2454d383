// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from "./zlib-compressor.js";

const magicNumber = 0xfd2fb528;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;
const checksumBytes = 4;
const rleBlock = 1;

/**
 * Finds the end of a zstd frame before it is inflated (RFC 8878 §3.1.1): node:zlib takes a frame that is cut off
 * anywhere for a complete one, and on Node 26 reads on into a second frame.
 */
export const zstdEnvelope: Envelope = {
  // Go's klauspost/compress, which connect-go uses, writes no frame for an empty message.
  mayBeAbsent: true,
  readHeader(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < 5) throw endsEarly();
    if (view.getUint32(0, true) !== magicNumber) throw invalid("magic number is missing");
    const descriptor = view.getUint8(4);
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const hasChecksum = (descriptor & 0x04) !== 0;
    const shortContentSize = isSingleSegment && descriptor >> 6 === 0 ? 1 : 0;
    let position =
      5 +
      (isSingleSegment ? 0 : 1) +
      (dictionaryIdBytes[descriptor & 3] as number) +
      (contentSizeBytes[descriptor >> 6] as number) +
      shortContentSize;
    for (let isLastBlock = false; !isLastBlock; ) {
      if (position + 3 > bytes.byteLength) throw endsEarly();
      const header = view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
      isLastBlock = (header & 1) !== 0;
      position += 3 + (((header >> 1) & 3) === rleBlock ? 1 : header >> 3);
    }
    const extraBytes = bytes.byteLength - position - (hasChecksum ? checksumBytes : 0);
    if (extraBytes < 0) throw endsEarly();
    if (extraBytes > 0) throw invalid(`${extraBytes} bytes follow the end of the compressed data`);
    return 0;
  },
  trailerBytes: 0,
  checkTrailer: () => undefined,
};

const invalid = (reason: string) => new Error(`message is not valid zstd: ${reason}`);
const endsEarly = () => invalid("compressed data ends early");
