// SPDX-License-Identifier: Apache-2.0
import type { Metadata } from "../../rpc/metadata.js";
import { type Field, field } from "../../transport/exchange.js";
import type { RequestHeads, RequestTarget } from "../protocol.js";
import { formatContentType } from "./content-type.js";
import { acceptEncodingField, contentTypeField, encodingField, methodPost, teTrailers } from "./fields.js";
import { appendMetadata } from "./metadata.js";
import { formatTimeout } from "./timeout.js";

const pseudoFields = 4;
const maxRememberedPaths = 1024;

/**
 * The request heads of one channel (gRPC HTTP2: Requests). Each method's constant part is built once, up to 1024
 * methods, so that a call without timeout and metadata passes an array the HPACK encoder knows.
 */
export class GrpcRequestHeads implements RequestHeads {
  readonly #scheme: Field;
  readonly #authority: Field;
  readonly #beforeEncoding: readonly Field[];
  readonly #afterEncoding: readonly Field[];
  readonly #constant = new Map<string, Map<string, readonly Field[]>>();

  constructor(target: RequestTarget) {
    this.#scheme = field(":scheme", target.scheme);
    this.#authority = field(":authority", target.authority);
    this.#beforeEncoding = [teTrailers, contentTypeField(formatContentType(target.codec))];
    const userAgent = field("user-agent", target.userAgent);
    this.#afterEncoding =
      target.acceptEncodings === "" ? [userAgent] : [acceptEncodingField(target.acceptEncodings), userAgent];
  }

  fields(
    path: string,
    encoding: string,
    timeoutMs: number | undefined,
    metadata: Metadata | undefined,
    credentials: Metadata | undefined,
  ): readonly Field[] {
    const constant = this.#constantFields(path, encoding);
    const limited = timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY;
    if (!limited && metadata === undefined && credentials === undefined) return constant;
    const all: Field[] = [];
    for (let i = 0; i < constant.length; i++) {
      // gRPC HTTP2: "Timeout … should be sent immediately after the reserved headers", which start with ":".
      if (limited && i === pseudoFields) all.push(field("grpc-timeout", formatTimeout(timeoutMs)));
      all.push(constant[i]);
    }
    if (metadata !== undefined) appendMetadata(all, metadata);
    if (credentials !== undefined) appendMetadata(all, credentials, true);
    return all;
  }

  #constantFields(path: string, encoding: string): readonly Field[] {
    let ofPath = this.#constant.get(path);
    if (ofPath === undefined) {
      if (this.#constant.size === maxRememberedPaths) this.#constant.clear();
      ofPath = new Map();
      this.#constant.set(path, ofPath);
    }
    const known = ofPath.get(encoding);
    if (known !== undefined) return known;
    const fields = Object.freeze([
      methodPost,
      this.#scheme,
      field(":path", path),
      this.#authority,
      ...this.#beforeEncoding,
      ...(encoding === "identity" ? [] : [encodingField(encoding)]),
      ...this.#afterEncoding,
    ]);
    ofPath.set(encoding, fields);
    return fields;
  }
}
