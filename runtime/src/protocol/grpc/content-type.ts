// SPDX-License-Identifier: Apache-2.0
import type { CodecName } from "../../rpc/channel-codec.js";

/** What a content-type of gRPC says of the messages. */
export interface GrpcContentType {
  /** Without parameters, in lower case; what a response mirrors. */
  readonly canonical: string;
  /** Undefined: a form of gRPC whose codec we do not have (`application/grpc+thrift`). */
  readonly codec: CodecName | undefined;
}

/**
 * Reads a content-type; undefined when it is not gRPC's. `application/grpc` alone means proto. The base is matched whole:
 * `application/grpc-web` and `application/grpcfoo` are others' (gRPC HTTP2: Content-Type).
 */
export function parseContentType(value: string): GrpcContentType | undefined {
  const known = knownTypes.get(value);
  if (known !== undefined) return known;
  const semicolon = value.indexOf(";");
  const canonical = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  return knownTypes.get(canonical) ?? (canonical.startsWith(`${base}+`) ? { canonical, codec: undefined } : undefined);
}

/** The content-type a client sends. */
export function formatContentType(codec: CodecName): string {
  return codec === "proto" ? base : `${base}+${codec}`;
}

const base = "application/grpc";

const knownTypes = new Map<string, GrpcContentType>(
  (
    [
      [base, "proto"],
      [`${base}+proto`, "proto"],
      [`${base}+json`, "json"],
    ] as const
  ).map(([canonical, codec]) => [canonical, { canonical, codec }]),
);
