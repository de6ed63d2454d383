// SPDX-License-Identifier: Apache-2.0
import type { CodecName } from "../../rpc/channel-codec.js";
import { Code } from "../../rpc/code.js";
import { libraryStatus, unimplementedMethod } from "../../rpc/library-status.js";
import { type Field, type FieldSection, field } from "../../transport/exchange.js";
import type { Refusal, RequestHead } from "../protocol.js";
import { type GrpcContentType, parseContentType } from "./content-type.js";
import { addAcceptEncodings, contentTypeField, noCodings } from "./fields.js";
import { isUndecodable } from "./metadata.js";
import { parseTimeout } from "./timeout.js";
import { statusFields } from "./trailers.js";

/**
 * Reads a gRPC request's head (gRPC HTTP2: Requests). What makes it unservable is in `refusal`: another method than
 * POST 405, another content-type 415, no `/service/method` UNIMPLEMENTED, a malformed timeout or `-bin` value INTERNAL.
 */
export function readRequest(section: FieldSection): RequestHead {
  if (section.memo instanceof GrpcRequestHead) return section.memo;
  const head = new GrpcRequestHead(section);
  section.memo = head;
  return head;
}

const noContentType: GrpcContentType = { canonical: "application/grpc", codec: undefined };

class GrpcRequestHead implements RequestHead {
  readonly path: string;
  readonly codec: CodecName;
  readonly contentType: string;
  readonly timeoutMs: number | undefined;
  readonly encoding: string;
  readonly acceptEncodings: readonly string[];
  readonly authority: string;
  readonly fields: FieldSection;
  readonly refusal: Refusal | undefined;

  constructor(section: FieldSection) {
    let method = "";
    let path = "";
    let authority: string | undefined;
    let host: Field | undefined;
    let hostIsRepeated = false;
    let contentType: string | undefined;
    let timeout: string | undefined;
    let encoding = "identity";
    let acceptEncodings = noCodings;
    let undecodable: Field | undefined;
    for (const one of section.fields) {
      switch (one.name) {
        case ":method":
          method = one.value;
          break;
        case ":path":
          path = one.value;
          break;
        case ":authority":
          authority = one.value;
          break;
        case ":scheme":
        case "te":
        case "user-agent":
          break;
        case "host":
          hostIsRepeated = host !== undefined;
          host = one;
          break;
        case "content-type":
          contentType ??= one.value;
          break;
        case "grpc-timeout":
          timeout = one.value;
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
    const type = contentType === undefined ? undefined : parseContentType(contentType);
    this.path = path;
    this.codec = type?.codec ?? "proto";
    this.contentType = (type?.codec === undefined ? noContentType : type).canonical;
    this.timeoutMs = timeout === undefined ? undefined : parseTimeout(timeout);
    this.encoding = encoding;
    this.acceptEncodings = acceptEncodings;
    this.authority = authority ?? host?.value ?? ""; // gRFC A41: `:authority` wins over `host`.
    this.fields = section;
    this.refusal = undefined;
    if (method !== "POST") this.refusal = wrongMethod(method);
    else if (type?.codec === undefined) this.refusal = wrongContentType(contentType);
    else if (hostIsRepeated) this.refusal = refuse(type, "400", Code.INTERNAL, "more than one host field");
    else if (!isMethodPath(path)) {
      this.refusal = refuse(type, "200", Code.UNIMPLEMENTED, unimplementedMethod(path).message);
    } else if (timeout !== undefined && this.timeoutMs === undefined) {
      this.refusal = refuse(type, "200", Code.INTERNAL, `malformed grpc-timeout ${JSON.stringify(timeout)}`);
    } else if (undecodable !== undefined) {
      this.refusal = refuse(type, "200", Code.INTERNAL, `metadata "${undecodable.name}" is not base64`);
    }
  }
}

// CVE-2026-33186 in grpc-go: a path without its leading slash passed by rules that were written with one.
function isMethodPath(path: string): boolean {
  const slash = path.indexOf("/", 1);
  return path.charCodeAt(0) === 0x2f && slash > 1 && slash < path.length - 1;
}

function wrongMethod(method: string): Refusal {
  return refusePlainly("405", Code.INTERNAL, `method is ${method}, gRPC is POST`, field("allow", "POST"));
}

// gRPC HTTP2: "If Content-Type does not begin with "application/grpc", gRPC servers SHOULD respond with HTTP status of
// 415". UNKNOWN is the code that clients make of 415 by themselves.
function wrongContentType(contentType: string | undefined): Refusal {
  const found = contentType === undefined ? "absent" : JSON.stringify(contentType);
  const accepted = "application/grpc, application/grpc+proto or application/grpc+json";
  return refusePlainly("415", Code.UNKNOWN, `content-type is ${found}, expected ${accepted}`);
}

const plainText = field("content-type", "text/plain; charset=utf-8");
const utf8 = new TextEncoder();

// Whoever sent this is no gRPC client: it gets words it can show.
function refusePlainly(httpStatus: string, code: Code, message: string, extra?: Field): Refusal {
  const fields = [field(":status", httpStatus), plainText];
  if (extra !== undefined) fields.push(extra);
  return { fields, status: libraryStatus(code, message), body: utf8.encode(`${message}\n`) };
}

function refuse(type: GrpcContentType, httpStatus: string, code: Code, message: string): Refusal {
  const status = libraryStatus(code, message);
  const fields = [field(":status", httpStatus), contentTypeField(type.canonical), ...statusFields(status)];
  return { fields, status, body: undefined };
}
