// SPDX-License-Identifier: Apache-2.0
import type { CodecName } from "../../rpc/channel-codec.js";
import { Code } from "../../rpc/code.js";
import { libraryStatus } from "../../rpc/library-status.js";
import type { Metadata } from "../../rpc/metadata.js";
import type { Status } from "../../rpc/status.js";
import type { Field, FieldSection } from "../../transport/exchange.js";
import type { RequestHead, ResponseHead } from "../protocol.js";
import { parseContentType } from "./content-type.js";
import {
  acceptEncodingField,
  addAcceptEncodings,
  contentTypeField,
  encodingField,
  noCodings,
  status200,
} from "./fields.js";
import { codeOfHttpStatus } from "./http-status.js";
import { appendMetadata, isUndecodable } from "./metadata.js";
import { missingStatus, notBase64, readStatus, statusFields } from "./trailers.js";

/** The head of a response with messages to follow. Without metadata the same frozen array each time. */
export function responseHead(
  head: RequestHead,
  encoding: string,
  acceptEncodings: string,
  headers: Metadata | undefined,
): readonly Field[] {
  const constant = constantHead(head.contentType, encoding, acceptEncodings);
  if (headers === undefined || headers.size === 0) return constant;
  const fields = [...constant];
  appendMetadata(fields, headers);
  return fields;
}

/** Head and status in one section (gRPC HTTP2: Trailers-Only). */
export function trailersOnly(
  head: RequestHead,
  status: Status,
  trailers: Metadata | undefined,
  acceptEncodings = "",
): readonly Field[] {
  const fields = [status200, contentTypeField(head.contentType)];
  if (acceptEncodings !== "") fields.push(acceptEncodingField(acceptEncodings));
  fields.push(...statusFields(status));
  if (trailers !== undefined) appendMetadata(fields, trailers);
  return fields;
}

/**
 * Reads a response's head. A grpc-status counts only where the response ends with it; then it wins over the HTTP status
 * and the content-type. Without one, an HTTP status other than 200 is mapped, a content-type that is not gRPC's is
 * UNKNOWN and another codec than the request's INTERNAL.
 */
export function readResponse(section: FieldSection, endStream: boolean, codec: CodecName): ResponseHead {
  const memo = section.memo;
  if (memo instanceof ResponseMemo && memo.endStream === endStream && memo.codec === codec) return memo.head;
  const head = endStream ? readTrailersOnly(section, codec) : readHead(section, codec);
  section.memo = new ResponseMemo(endStream, codec, head);
  return head;
}

class ResponseMemo {
  readonly endStream: boolean;
  readonly codec: CodecName;
  readonly head: ResponseHead;

  constructor(endStream: boolean, codec: CodecName, head: ResponseHead) {
    this.endStream = endStream;
    this.codec = codec;
    this.head = head;
  }
}

function readTrailersOnly(section: FieldSection, codec: CodecName): ResponseHead {
  const status = readStatus(section);
  if (status !== undefined) return { kind: "trailersOnly", status };
  const head = readHead(section, codec);
  return { kind: "trailersOnly", status: head.kind === "failed" ? head.status : missingStatus };
}

function readHead(section: FieldSection, codec: CodecName): ResponseHead {
  let httpStatus = "";
  let contentType = "";
  let encoding = "identity";
  let acceptEncodings = noCodings;
  let undecodable: Field | undefined;
  for (const one of section.fields) {
    switch (one.name) {
      case ":status":
        httpStatus = one.value;
        break;
      case "content-type":
        contentType = one.value;
        break;
      case "grpc-encoding":
        encoding = one.value;
        break;
      case "grpc-accept-encoding":
        acceptEncodings = addAcceptEncodings(acceptEncodings, one.value);
        break;
      default:
        if (isUndecodable(one)) undecodable = one;
    }
  }
  if (httpStatus !== "200") {
    const type = contentType === "" ? "" : `, content-type ${JSON.stringify(contentType)}`;
    return failed(codeOfHttpStatus(httpStatus), `the server answered with HTTP status ${httpStatus}${type}`);
  }
  const type = parseContentType(contentType);
  if (type === undefined) {
    const found = contentType === "" ? "no content-type" : `content-type ${JSON.stringify(contentType)}`;
    return failed(Code.UNKNOWN, `the server answered with ${found}, expected application/grpc`);
  }
  if (type.codec !== codec) {
    return failed(Code.INTERNAL, `the server answered with ${JSON.stringify(contentType)}, the request was ${codec}`);
  }
  if (undecodable !== undefined) return { kind: "failed", status: notBase64(undecodable.name) };
  return { kind: "headers", encoding, acceptEncodings };
}

function failed(code: Code, message: string): ResponseHead {
  return { kind: "failed", status: libraryStatus(code, message) };
}

interface ConstantHead {
  readonly contentType: string;
  readonly encoding: string;
  readonly acceptEncodings: string;
  readonly fields: readonly Field[];
}

// Few: one for each content-type and pair of settings in use. A scan compares the same strings by identity.
const constantHeads: ConstantHead[] = [];
const maxConstantHeads = 32;

function constantHead(contentType: string, encoding: string, acceptEncodings: string): readonly Field[] {
  for (const known of constantHeads) {
    if (known.encoding === encoding && known.contentType === contentType && known.acceptEncodings === acceptEncodings) {
      return known.fields;
    }
  }
  const fields = [status200, contentTypeField(contentType)];
  if (encoding !== "identity") fields.push(encodingField(encoding));
  if (acceptEncodings !== "") fields.push(acceptEncodingField(acceptEncodings));
  Object.freeze(fields);
  if (constantHeads.length === maxConstantHeads) constantHeads.length = 0;
  constantHeads.push({ contentType, encoding, acceptEncodings, fields });
  return fields;
}
