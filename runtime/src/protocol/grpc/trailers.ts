// SPDX-License-Identifier: Apache-2.0
import { Code } from "../../rpc/code.js";
import { libraryStatus } from "../../rpc/library-status.js";
import type { Metadata } from "../../rpc/metadata.js";
import { okStatus, type Status } from "../../rpc/status.js";
import { type Field, type FieldSection, field } from "../../transport/exchange.js";
import { decodeBase64, encodeBase64 } from "../../wire/base64.js";
import { appendMetadata, isUndecodable } from "./metadata.js";
import { percentDecode, percentEncode } from "./percent-encoding.js";
import { decodeStatusDetails, encodeStatusDetails } from "./status-details.js";

/** The trailers of a call: its status, then metadata. For OK alone the same frozen array each time. */
export function trailers(status: Status, metadata: Metadata | undefined): readonly Field[] {
  const fields = statusFields(status);
  if (metadata === undefined || metadata.size === 0) return fields;
  const all = [...fields];
  appendMetadata(all, metadata);
  return all;
}

/** grpc-status, grpc-message and grpc-status-details-bin, as far as the status has them. */
export function statusFields(status: Status): readonly Field[] {
  const constant = constantFields[status.code];
  if (status.message === "" && status.details.length === 0) return constant;
  const fields = [constant[0]];
  if (status.message !== "") fields.push(field("grpc-message", percentEncode(status.message)));
  if (status.details.length > 0) {
    fields.push(field("grpc-status-details-bin", encodeBase64(encodeStatusDetails(status))));
  }
  return fields;
}

/**
 * Reads trailers. A grpc-status that is missing or no number of a code is UNKNOWN; a `-bin` value that is not base64
 * makes the call INTERNAL. Details that cannot be read are left out: they must not hide the status they came with.
 */
export function readTrailers(section: FieldSection): Status {
  if (section.memo instanceof TrailersMemo) return section.memo.status;
  const status = readStatus(section) ?? missingStatus;
  section.memo = new TrailersMemo(status);
  return status;
}

/** The status in a field section; undefined when it has no grpc-status. */
export function readStatus(section: FieldSection): Status | undefined {
  let code: string | undefined;
  let message = "";
  let details: string | undefined;
  let undecodable: Field | undefined;
  for (const one of section.fields) {
    switch (one.name) {
      case "grpc-status":
        code ??= one.value;
        break;
      case "grpc-message":
        message = percentDecode(one.value);
        break;
      case "grpc-status-details-bin":
        details = one.value;
        break;
      default:
        if (isUndecodable(one)) undecodable = one;
    }
  }
  if (code === undefined) return undefined;
  if (undecodable !== undefined) return notBase64(undecodable.name);
  if (code === "0" && message === "" && details === undefined) return okStatus;
  const known = codes.get(code);
  if (known === undefined) {
    const found = `the server sent grpc-status ${JSON.stringify(code)}`;
    return libraryStatus(Code.UNKNOWN, message === "" ? found : `${found}: ${message}`);
  }
  const rich = details === undefined ? undefined : richStatus(details);
  return Object.freeze({
    code: known,
    message: message || (rich?.message ?? ""),
    details: rich?.details ?? okStatus.details,
  });
}

/** A `-bin` value that does not decode, in a response. */
export function notBase64(name: string): Status {
  return libraryStatus(Code.INTERNAL, `the server sent metadata "${name}" that is not base64`);
}

/** A response that ends without grpc-status. */
export const missingStatus = libraryStatus(Code.UNKNOWN, "the server ended the response without grpc-status");

class TrailersMemo {
  readonly status: Status;

  constructor(status: Status) {
    this.status = status;
  }
}

// gRPC HTTP2: Status is written without leading zeros.
const codes = new Map<string, Code>(Object.values(Code).map((code) => [String(code), code]));

// One array for each code, at the code's place.
const constantFields: readonly (readonly [Field])[] = Object.values(Code).map((code) =>
  Object.freeze([field("grpc-status", String(code))] as const),
);

function richStatus(value: string): Status | undefined {
  const bytes = decodeBase64(value);
  return bytes === undefined ? undefined : decodeStatusDetails(bytes);
}
