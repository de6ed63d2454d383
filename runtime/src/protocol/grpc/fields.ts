// SPDX-License-Identifier: Apache-2.0
import { type Field, field } from "../../transport/exchange.js";

// Fields that are the same on every call are one object each: the HPACK encoder finds them by identity.

export const status200 = field(":status", "200");
export const methodPost = field(":method", "POST");
export const teTrailers = field("te", "trailers");

/** `content-type` fields by value. */
export const contentTypeField = fieldsOf("content-type");
/** `grpc-encoding` fields by value. */
export const encodingField = fieldsOf("grpc-encoding");
/** `grpc-accept-encoding` fields by value. */
export const acceptEncodingField = fieldsOf("grpc-accept-encoding");

/** No codings but the implied "identity". */
export const noCodings: readonly string[] = Object.freeze([]);

/** The codings in one more grpc-accept-encoding field, behind those of the fields before it, without "identity". */
export function addAcceptEncodings(before: readonly string[], value: string): readonly string[] {
  const more = parseAcceptEncodings(value);
  return before.length === 0 ? more : [...before, ...more];
}

function parseAcceptEncodings(value: string): readonly string[] {
  const known = parsed.get(value);
  if (known !== undefined) return known;
  const codings = value
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (parsed.size === maxRemembered) parsed.clear(); // A peer chooses these values: they may not pile up.
  parsed.set(value, Object.freeze(codings));
  return codings;
}

const maxRemembered = 64;
const parsed = new Map<string, readonly string[]>();

// Values here come from our own options and tables, never from a peer.
function fieldsOf(name: string): (value: string) => Field {
  const made = new Map<string, Field>();
  return (value) => {
    let found = made.get(value);
    if (found === undefined) {
      if (made.size === maxRemembered) made.clear();
      found = field(name, value);
      made.set(value, found);
    }
    return found;
  };
}
