// SPDX-License-Identifier: Apache-2.0

/**
 * Text as a grpc-message value (gRPC HTTP2: Percent-Encoded): UTF-8, every octet outside 0x20–0x7E and `%` as `%XX`.
 * Never throws: a lone surrogate becomes U+FFFD.
 */
export function percentEncode(text: string): string {
  if (isPlain(text)) return text;
  const bytes = utf8.encode(text);
  const last = bytes.length - 1;
  let encoded = "";
  for (let i = 0; i <= last; i++) {
    const byte = bytes[i];
    // RFC 9113 §8.2.1: "A field value MUST NOT start or end with an ASCII whitespace character".
    const plain = byte > 0x20 ? byte < 0x7f && byte !== percent : byte === 0x20 && i > 0 && i < last;
    encoded += plain ? String.fromCharCode(byte) : escapeOf(byte);
  }
  return encoded;
}

/**
 * The text of a grpc-message value, whose units are octets. Never fails: a broken escape stays as it is, octets that
 * are not UTF-8 become U+FFFD.
 */
export function percentDecode(value: string): string {
  if (isPlain(value)) return value;
  const bytes = new Uint8Array(value.length);
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit === percent) {
      const high = hexValue(value.charCodeAt(i + 1));
      const low = hexValue(value.charCodeAt(i + 2));
      if (high >= 0 && low >= 0) {
        bytes[length++] = (high << 4) | low;
        i += 2;
        continue;
      }
    }
    bytes[length++] = unit;
  }
  return text.decode(bytes.subarray(0, length));
}

const percent = 0x25;
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { ignoreBOM: true });

function isPlain(value: string): boolean {
  const last = value.length - 1;
  if (last < 0) return true;
  for (let i = 0; i <= last; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === percent) return false;
  }
  return value.charCodeAt(0) !== 0x20 && value.charCodeAt(last) !== 0x20;
}

function escapeOf(byte: number): string {
  return byte < 16 ? `%0${byte.toString(16).toUpperCase()}` : `%${byte.toString(16).toUpperCase()}`;
}

// -1 for what is not a hex digit, NaN (past the end) included.
function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
