// SPDX-License-Identifier: Apache-2.0

import { field } from "../../src/http2/hpack/field.js";
import { FieldSection } from "../../src/http2/hpack/field-section.js";
import { metadataOf } from "../../src/protocol/grpc/metadata.js";
import { percentDecode, percentEncode } from "../../src/protocol/grpc/percent-encoding.js";
import { formatTimeout, parseTimeout } from "../../src/protocol/grpc/timeout.js";
import { readTrailers } from "../../src/protocol/grpc/trailers.js";
import { MessageReader } from "../../src/protocol/length-prefixed-message.js";
import { decodeBase64, encodeBase64, isBase64 } from "../../src/wire/base64.js";
import type { Random } from "../support/random.js";
import { type FuzzPart, must } from "./fuzz-part.js";

const prefixBytes = 5;
const flagValues = 256;
const receiveMaxBytes = 1_000;

/** Every flag octet with the prefix cut at every place; behind it, streams of messages cut anywhere. */
export const messagePrefixes: FuzzPart = {
  id: "m4-prefix",
  title: "every flag, the prefix cut everywhere, messages cut anywhere",
  inputs: () => flagValues * (prefixBytes + 2) + 20_000,
  run(random, input) {
    if (input < flagValues * (prefixBytes + 2)) {
      const flag = input % flagValues;
      const cut = Math.floor(input / flagValues);
      checkBody([{ flag, bytes: Uint8Array.of(1, 2, 3) }], [cut, cut]);
      return;
    }
    const messages = Array.from({ length: random.below(5) }, () => ({
      flag: random.below(20) === 0 ? random.below(256) : random.below(2),
      bytes: new Uint8Array(random.below(20) === 0 ? 1_001 : random.below(random.pick([1, 20, 1_001]))).fill(7),
    }));
    checkBody(
      messages,
      Array.from({ length: random.below(6) }, () => random.below(200)),
      random.below(4) === 0 ? 1 : 0,
    );
  },
};

/** Timeout strings against the grammar of gRPC HTTP2, and durations there and back. */
export const timeouts: FuzzPart = {
  id: "m4-timeout",
  title: "grpc-timeout",
  inputs: () => 20_000,
  run(random) {
    const text = random.below(4) === 0 ? random.text(random.below(12)) : almostTimeout(random);
    const ms = parseTimeout(text);
    const match = /^(\d{1,8})([HMSmun])$/.exec(text);
    must((ms === undefined) === (match === null), () => `${JSON.stringify(text)} is ${String(ms)}`);
    if (match !== null && ms !== undefined) {
      const exact = Number(match[1]) * ({ H: 3.6e6, M: 6e4, S: 1e3, m: 1, u: 1e-3, n: 1e-6 }[match[2]] ?? Number.NaN);
      const same = exact * 1e6 > 2 ** 63 ? ms === Number.POSITIVE_INFINITY : Math.abs(ms - exact) <= exact * 1e-12;
      must(same, () => `${text} is ${ms} ms, must be ${exact}`);
    }
    const duration = random.below(2) === 0 ? random.below(1e9) / 1e3 : random.uint32() * 10 ** (random.below(20) - 10);
    const written = formatTimeout(duration);
    const back = parseTimeout(written);
    // Never shorter than asked for, and no longer than a unit of the eighth digit.
    const kept = back !== undefined && back >= Math.min(duration, 99_999_999 * 3.6e6) * (1 - 1e-12);
    must(kept && /^\d{1,8}[HMSmun]$/.test(written), () => `${duration} ms is written ${written}, read ${String(back)}`);
  },
};

/** Messages there and back: what is written is printable ASCII, what is read is the text, lone surrogates replaced. */
export const statusMessages: FuzzPart = {
  id: "m4-message",
  title: "grpc-message there and back",
  inputs: () => 50_000,
  run(random) {
    const text = random.text(random.below(30));
    const encoded = percentEncode(text);
    must(/^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(encoded), () => `${JSON.stringify(text)} is written ${encoded}`);
    const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
    const decoded = percentDecode(encoded);
    must(decoded === whole, () => `${JSON.stringify(text)} comes back as ${JSON.stringify(decoded)}`);
    must(decodeURIComponent(encoded) === whole, () => `decodeURIComponent reads ${encoded} differently`);
  },
};

const escapeParts = [
  "%",
  "%%",
  "%4",
  "%41",
  "%zz",
  "%e2%82%ac",
  "%E2%82",
  "%ff",
  "%C0%80",
  "%ED%A0%80",
  " ",
  "a",
  "\xe9",
];

/** Broken escapes: never refused, and read as the octets they are. */
export const brokenEscapes: FuzzPart = {
  id: "m4-escapes",
  title: "grpc-message with broken escapes",
  inputs: () => 50_000,
  run(random) {
    const value = Array.from({ length: random.below(12) }, () =>
      random.below(3) === 0 ? String.fromCharCode(random.below(256)) : random.pick(escapeParts),
    ).join("");
    const latin1 = value.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(latin1, "latin1"));
    const decoded = percentDecode(value);
    must(decoded === expected, () => `${JSON.stringify(value)} is read ${JSON.stringify(decoded)}`);
    const status = readTrailers(
      section([
        ["grpc-status", "5"],
        ["grpc-message", value],
      ]),
    );
    must(status.code === 5 && status.message === expected, () => `${JSON.stringify(value)} changes the status`);
  },
};

const base64Characters = "ABCDabcd0189+/=-_ ,.\u00e9";

/** `-bin` values: bytes there and back, and text that may not be base64. */
export const binaryMetadata: FuzzPart = {
  id: "m4-bin",
  title: "-bin metadata",
  inputs: () => 50_000,
  run(random) {
    const bytes = random.bytes(random.below(40));
    const encoded = encodeBase64(bytes);
    must(encoded === Buffer.from(bytes).toString("base64").replace(/=+$/, ""), () => `${bytes} becomes ${encoded}`);
    const padded = encoded.padEnd(Math.ceil(encoded.length / 4) * 4, "=");
    for (const text of [encoded, padded]) {
      must(sameBytes(decodeBase64(text), bytes), () => `${text} comes back as ${String(decodeBase64(text))}`);
    }
    // RFC 9113 §8.2.1 lets no value through that starts or ends with white space.
    const odd = (
      random.below(3) === 0
        ? encoded.slice(random.below(3)) + random.pick(["", "=", "==", "===", "*"])
        : Array.from({ length: random.below(12) }, () => base64Characters[random.below(base64Characters.length)]).join(
            "",
          )
    ).trim();
    const valid = isValidBase64(odd);
    const read = decodeBase64(odd);
    must(valid === (read !== undefined) && valid === isBase64(odd), () => `${JSON.stringify(odd)} is ${String(read)}`);
    if (read !== undefined) must(sameBytes(read, Buffer.from(odd, "base64")), () => `${odd} is ${read}`);
    const parts = odd.split(",").filter((part) => isValidBase64(part.trim()));
    const metadata = metadataOf(
      section([
        ["x-bin", odd],
        ["x-text", "kept"],
      ]),
    );
    must(
      metadata.getAll("x-bin").length === parts.length,
      () => `${JSON.stringify(odd)} has ${metadata.getAll("x-bin").length} values`,
    );
    must(metadata.get("x-text") === "kept", () => `${JSON.stringify(odd)} hides the next entry`);
    const status = readTrailers(
      section([
        ["grpc-status", "0"],
        ["x-bin", odd],
      ]),
    );
    const bad = odd.split(",").length !== parts.length;
    must(status.code === (bad ? 13 : 0), () => `${JSON.stringify(odd)} makes the call ${status.code}`);
  },
};

/** grpc-status: 0 to 16 in their one spelling; everything else is UNKNOWN. */
export const statusCodes: FuzzPart = {
  id: "m4-status",
  title: "grpc-status",
  inputs: () => 1_000,
  run(random, input) {
    const text =
      input < 40 ? String(input - 4) : random.below(2) === 0 ? random.text(random.below(5)) : almostCode(random);
    const known = /^(?:\d|1[0-6])$/.test(text);
    const { code } = readTrailers(section([["grpc-status", text]]));
    must(code === (known ? Number(text) : 2), () => `${JSON.stringify(text)} is read ${code}`);
  },
};

interface SentMessage {
  readonly flag: number;
  readonly bytes: Uint8Array;
}

/** Pushes messages cut into chunks, and compares with what each prefix promises. `missing` octets are never sent. */
function checkBody(messages: readonly SentMessage[], cuts: readonly number[], missing = 0): void {
  const body = Uint8Array.from(
    messages.flatMap(({ flag, bytes }) => [flag, 0, 0, bytes.length >> 8, bytes.length & 255, ...bytes]),
  );
  const sent = body.subarray(0, Math.max(0, body.length - missing));
  const expected: string[] = [];
  let readable = true;
  for (const { flag, bytes } of messages) {
    readable = flag <= 1 && bytes.length <= receiveMaxBytes;
    if (!readable) break;
    expected.push(`${bytes.length} ${flag === 1}`);
  }
  if (readable && sent.length < body.length) expected.pop();
  // A prefix that fails may lose its payload's last octet, and fails all the same.
  const fails = !readable || sent.length < body.length;
  const heard: string[] = [];
  let failures = 0;
  const reader = new MessageReader(
    {
      messageReceived: (bytes, start, end, compressed) => {
        must(
          bytes.subarray(start, end).every((octet) => octet > 0 && octet < 8),
          () => "a message has other octets",
        );
        heard.push(`${end - start} ${compressed}`);
      },
      messageFailed: () => {
        failures += 1;
      },
    },
    receiveMaxBytes,
  );
  let position = 0;
  for (const cut of cuts) {
    const end = Math.min(sent.length, position + cut);
    reader.push(sent, position, end);
    position = end;
  }
  reader.push(sent, position, sent.length);
  reader.end();
  const [seen, wanted] = [heard.join(), expected.join()];
  must(seen === wanted && failures === (fails ? 1 : 0), () => `heard ${seen} and ${failures} failures, sent ${wanted}`);
}

function almostTimeout(random: Random): string {
  const digits = Array.from({ length: random.below(11) }, () => random.below(10)).join("");
  return (
    random.pick(["", "", "", "", "+", "-", " ", "0x"]) + digits + random.pick([..."HMSmunHMSmun", "", "s", "nn", " "])
  );
}

const almostCode = (random: Random): string =>
  random.pick(["", "0", "+", "-", " "]) + random.below(20) + random.pick(["", "", ".0", " ", "e0"]);

function section(entries: readonly (readonly [string, string])[]): FieldSection {
  return new FieldSection(
    entries.map(([name, value]) => field(name, value)),
    0,
    "none",
  );
}

function isValidBase64(text: string): boolean {
  const unpadded = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text;
  return unpadded.length % 4 !== 1 && /^[A-Za-z0-9+/]*$/.test(unpadded);
}

function sameBytes(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && left.length === right.length && left.every((octet, index) => octet === right[index]);
}
