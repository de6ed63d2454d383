// SPDX-License-Identifier: Apache-2.0
import * as zlib from "node:zlib";
import type { Compressor } from "../../rpc/compression.js";
import { tellsCutBrotli } from "../runtime-differences.js";
import { gzipEnvelope } from "./gzip-envelope.js";
import { noEnvelope, ZlibCompressor, type ZlibFunctions } from "./zlib-compressor.js";
import { zstdEnvelope } from "./zstd-envelope.js";

// Quality 11, Brotli's default, is meant for files that are compressed once.
const brotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

const gzip = new ZlibCompressor(
  "gzip",
  {
    compressSync: (bytes) => zlib.gzipSync(bytes),
    compress: (bytes, callback) => zlib.gzip(bytes, callback),
    decompressSync: zlib.inflateRawSync,
    decompress: zlib.inflateRaw,
  },
  gzipEnvelope,
);

/** `grpc-encoding: deflate` is the zlib format, RFC 1950, not bare RFC 1951. */
const deflate = new ZlibCompressor("deflate", {
  compressSync: (bytes) => zlib.deflateSync(bytes),
  compress: (bytes, callback) => zlib.deflate(bytes, callback),
  decompressSync: zlib.inflateSync,
  decompress: zlib.inflate,
});

const br = new ZlibCompressor(
  "br",
  {
    compressSync: (bytes) => zlib.brotliCompressSync(bytes, brotliOptions),
    compress: (bytes, callback) => zlib.brotliCompress(bytes, brotliOptions, callback),
    decompressSync: zlib.brotliDecompressSync,
    decompress: zlib.brotliDecompress,
  },
  noEnvelope,
  // Brotli fills a window of up to 16 MiB before it gives a byte: 11 ms for a message of a kilobyte.
  "unbounded",
);

/** What node:zlib has since Node 22.15 and our oldest Node's types do not know. */
interface ZstdZlib {
  readonly zstdCompressSync?: ZlibFunctions["compressSync"];
  readonly zstdCompress: ZlibFunctions["compress"];
  readonly zstdDecompressSync: ZlibFunctions["decompressSync"];
  readonly zstdDecompress: ZlibFunctions["decompress"];
}

function zstdCompressors(functions: ZstdZlib): readonly Compressor[] {
  if (functions.zstdCompressSync === undefined) return [];
  return [
    new ZlibCompressor(
      "zstd",
      {
        compressSync: functions.zstdCompressSync,
        compress: functions.zstdCompress,
        decompressSync: functions.zstdDecompressSync,
        decompress: functions.zstdDecompress,
      },
      zstdEnvelope,
    ),
  ];
}

/** The codings of this runtime, in order of preference: gzip, deflate, br (not on Deno), and zstd from Node 22.15 on. */
export const nodeCompressors: readonly Compressor[] = [
  gzip,
  deflate,
  ...(tellsCutBrotli() ? [br] : []),
  ...zstdCompressors(zlib as unknown as ZstdZlib),
];
