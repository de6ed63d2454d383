// SPDX-License-Identifier: Apache-2.0
import type { Field } from "./hpack/field.js";
import type { FieldSection } from "./hpack/field-section.js";

/** What a field section is the head or tail of. */
export type SectionKind = "request" | "response" | "trailers";

/** What RFC 9113 §8 says about a field section. */
export interface SectionCheck {
  readonly kind: SectionKind;
  /** Why the message is malformed (RFC 9113 §8.1.1); empty when it is not. */
  readonly problem: string;
  /** Value of content-length, -1 without. */
  readonly contentLength: number;
  /** Of a response; 0 otherwise. */
  readonly status: number;
}

/**
 * Checks a field section against RFC 9113 §8.2 and §8.3. The verdict is kept on the section. `valid` is the connection's
 * own memory: fields found valid, by their place, since one request's fields mostly are the previous one's.
 */
export function checkFieldSection(section: FieldSection, kind: SectionKind, valid: Field[]): SectionCheck {
  const known = section.verdict as SectionCheck | undefined;
  if (known !== undefined && known.kind === kind) return known;
  const check = kind === "request" ? checkRequest(section.fields, valid) : checkRest(section.fields, kind, valid);
  section.verdict = check;
  return check;
}

const plain: { readonly [Kind in SectionKind]: SectionCheck } = {
  request: { kind: "request", problem: "", contentLength: -1, status: 0 },
  response: { kind: "response", problem: "", contentLength: -1, status: 200 },
  trailers: { kind: "trailers", problem: "", contentLength: -1, status: 0 },
};

function malformed(kind: SectionKind, problem: string): SectionCheck {
  return { kind, problem, contentLength: -1, status: 0 };
}

function checkRequest(fields: readonly Field[], valid: Field[]): SectionCheck {
  let method: string | undefined;
  let scheme: string | undefined;
  let path: string | undefined;
  let authority: string | undefined;
  let regular = 0;
  for (; regular < fields.length; regular++) {
    const field = fields[regular];
    const { name, value } = field;
    if (name.charCodeAt(0) !== colon) break;
    let repeated = false;
    if (name === ":path") {
      repeated = path !== undefined;
      path = value;
    } else if (name === ":method") {
      repeated = method !== undefined;
      method = value;
    } else if (name === ":scheme") {
      repeated = scheme !== undefined;
      scheme = value;
    } else if (name === ":authority") {
      repeated = authority !== undefined;
      authority = value;
    } else {
      return malformed("request", `unknown pseudo-header field ${JSON.stringify(name)} in a request`);
    }
    if (repeated) return malformed("request", `${name} occurs twice`);
    if (valid[regular] === field) continue;
    if (!isValidValue(value)) return malformed("request", `invalid value of ${name}`);
    remember(valid, regular, field);
  }
  if (method === undefined) return malformed("request", "request without :method");
  if (method === "CONNECT") {
    // RFC 9113 §8.5: CONNECT has :authority and neither :scheme nor :path.
    if (scheme !== undefined || path !== undefined || authority === undefined) {
      return malformed("request", "CONNECT must have :authority and neither :scheme nor :path");
    }
  } else {
    if (scheme === undefined) return malformed("request", "request without :scheme");
    if (path === undefined) return malformed("request", "request without :path");
    if (path === "") return malformed("request", ":path is empty");
  }
  return checkRegular(fields, regular, "request", 0, valid);
}

function checkRest(fields: readonly Field[], kind: "response" | "trailers", valid: Field[]): SectionCheck {
  if (kind === "trailers") return checkRegular(fields, 0, kind, 0, valid);
  const first = fields[0];
  if (first === undefined || first.name !== ":status") return malformed(kind, "response does not start with :status");
  if (!/^[1-9]\d\d$/.test(first.value)) return malformed(kind, `invalid :status ${JSON.stringify(first.value)}`);
  return checkRegular(fields, 1, kind, Number(first.value), valid);
}

function checkRegular(
  fields: readonly Field[],
  from: number,
  kind: SectionKind,
  status: number,
  valid: Field[],
): SectionCheck {
  let contentLength = -1;
  for (let index = from; index < fields.length; index++) {
    const field = fields[index];
    // A pseudo-header field is valid in its own place only.
    if (valid[index] === field && field.name.charCodeAt(0) !== colon) continue;
    const { name, value } = field;
    if (!isValidName(name)) {
      const pseudo = name.charCodeAt(0) === colon;
      const problem = pseudo
        ? kind === "trailers"
          ? "in trailers"
          : "misplaced or unknown"
        : "is no valid field name";
      return malformed(kind, `${JSON.stringify(name)} ${problem}`);
    }
    if (!isValidValue(value)) return malformed(kind, `invalid value of ${name}`);
    switch (name) {
      case "connection":
      case "proxy-connection":
      case "keep-alive":
      case "transfer-encoding":
      case "upgrade":
        return malformed(kind, `connection-specific field ${name}`);
      case "te":
        if (value !== "trailers") return malformed(kind, `te is ${JSON.stringify(value)}, may only be trailers`);
        break;
      case "content-length": {
        const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
        if (length < 0) return malformed(kind, `invalid content-length ${JSON.stringify(value)}`);
        if (contentLength >= 0 && contentLength !== length) return malformed(kind, "two values of content-length");
        contentLength = length;
        continue;
      }
    }
    remember(valid, index, field);
  }
  if (contentLength < 0 && (status === 0 || status === 200)) return plain[kind];
  return { kind, problem: "", contentLength, status };
}

/** Places remembered; a section of more fields is checked in full from there on. */
const rememberedFields = 16;

function remember(valid: Field[], index: number, field: Field): void {
  if (index < rememberedFields) valid[index] = field;
}

const colon = 0x3a;
const space = 0x20;
const tab = 0x09;

/** RFC 9113 §8.2.1: no controls, space, upper case, octets above 0x7e, nor a colon (pseudo-header fields come first). */
function isValidName(name: string): boolean {
  if (name.length === 0) return false;
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    if (unit <= space || unit >= 0x7f || (unit >= 0x41 && unit <= 0x5a) || unit === colon) return false;
  }
  return true;
}

/** RFC 9113 §8.2.1: no NUL, CR, LF, and no white space at either end. */
function isValidValue(value: string): boolean {
  const length = value.length;
  if (length === 0) return true;
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(length - 1);
  if (first === space || first === tab || last === space || last === tab) return false;
  for (let index = 0; index < length; index++) {
    const unit = value.charCodeAt(index);
    if (unit <= 0x0d && (unit === 0 || unit === 0x0a || unit === 0x0d)) return false;
  }
  return true;
}
