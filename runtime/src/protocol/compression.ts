// SPDX-License-Identifier: Apache-2.0
import type { Compression, Compressor } from "../rpc/compression.js";
import { unknownRequestCoding, unknownResponseCoding } from "../rpc/library-status.js";
import type { Status } from "../rpc/status.js";

/** The `compression` option of a server or channel, checked against what the platform has. */
export interface CompressionSettings {
  /** What we accept, in the order announced, without "identity". */
  readonly accept: readonly Compressor[];
  /** `accept` as a grpc-accept-encoding value; "" when only identity is accepted. */
  readonly acceptEncodings: string;
  /** What we send with; undefined: nothing is compressed. */
  readonly send: Compressor | undefined;
  /** Messages shorter than this, in bytes, stay uncompressed; so do empty ones always. */
  readonly minBytes: number;
}

/** How the messages of one direction are coded. */
export type Coding =
  | { readonly kind: "identity" }
  | { readonly kind: "compressor"; readonly compressor: Compressor }
  /** `acceptEncodings`: what a server announces beside the status. */
  | { readonly kind: "unknown"; readonly status: Status; readonly acceptEncodings: string };

const defaultMinBytes = 1024;

/**
 * Resolves the option, once for each channel or server. Throws a TypeError or RangeError that names what is wrong and
 * what is accepted.
 */
export function resolveCompression(
  option: Compression | undefined,
  compressors: readonly Compressor[],
): CompressionSettings {
  for (const key of Object.keys(option ?? {})) {
    if (key !== "accept" && key !== "send" && key !== "minBytes") {
      throw new TypeError(`unknown option compression.${key}, expected accept, send or minBytes`);
    }
  }
  const minBytes = option?.minBytes ?? defaultMinBytes;
  if (typeof minBytes !== "number" || !(minBytes >= 0)) {
    throw new RangeError(`compression.minBytes must be a number of bytes, 0 or more, got ${String(minBytes)}`);
  }
  let accept = compressors;
  if (option?.accept !== undefined) {
    if (!Array.isArray(option.accept)) {
      throw new TypeError(`compression.accept must be a list of codings, got ${typeof option.accept}`);
    }
    const found = option.accept.map((name) => compressorNamed(name, compressors));
    accept = [...new Set(found.filter((compressor) => compressor !== undefined))];
  }
  return {
    accept,
    acceptEncodings: accept.map((compressor) => compressor.name).join(","),
    send: compressorNamed(option?.send ?? "identity", compressors),
    minBytes,
  };
}

/** A platform's compressor by name; undefined for "identity". Throws a RangeError that lists what the platform has. */
export function compressorNamed(name: string, compressors: readonly Compressor[]): Compressor | undefined {
  if (name === "identity") return undefined;
  const found = find(compressors, name);
  if (found !== undefined) return found;
  const known = [...compressors.map((compressor) => compressor.name), "identity"].join(", ");
  throw new RangeError(`unknown compression ${JSON.stringify(name)}: this platform has ${known}`);
}

/**
 * What a server may compress its replies with: `send`, when the client accepts it. Otherwise nothing is compressed
 * (gRPC compression: never with something the client did not announce).
 */
export function responseCompressor(
  send: Compressor | undefined,
  clientAccepts: readonly string[],
): Compressor | undefined {
  return send !== undefined && clientAccepts.includes(send.name) ? send : undefined;
}

/** How a request's messages are to be read. Unknown codings are refused UNIMPLEMENTED, on the head already. */
export function requestCoding(encoding: string, settings: CompressionSettings): Coding {
  if (encoding === "identity") return identityCoding;
  const compressor = find(settings.accept, encoding);
  if (compressor !== undefined) return { kind: "compressor", compressor };
  const acceptEncodings = settings.acceptEncodings === "" ? "identity" : settings.acceptEncodings;
  return { kind: "unknown", status: unknownRequestCoding(encoding, listOf(settings)), acceptEncodings };
}

/** How a response's messages are to be read. An unknown coding fails the call INTERNAL at the first compressed message. */
export function responseCoding(encoding: string, settings: CompressionSettings): Coding {
  if (encoding === "identity") return identityCoding;
  const compressor = find(settings.accept, encoding);
  if (compressor !== undefined) return { kind: "compressor", compressor };
  return { kind: "unknown", status: unknownResponseCoding(encoding, listOf(settings)), acceptEncodings: "" };
}

/** Of a direction that has announced no coding. */
export const identityCoding: Coding = Object.freeze({ kind: "identity" });

function find(compressors: readonly Compressor[], name: string): Compressor | undefined {
  for (const compressor of compressors) if (compressor.name === name) return compressor;
  return undefined;
}

function listOf(settings: CompressionSettings): string {
  return [...settings.accept.map((compressor) => compressor.name), "identity"].join(", ");
}
