// SPDX-License-Identifier: Apache-2.0

// A second reading of RFC 9113 §4 and §6, on purpose apart from runtime/src: a mistake there must not be met by its twin.

/** Frame types of RFC 9113 §6 that the bad server reads or writes. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Frame flags, by the frame types that have them. */
export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8 } as const;

/** Setting identifiers of RFC 9113 §6.5.2. */
export const Setting = { MAX_CONCURRENT_STREAMS: 3, INITIAL_WINDOW_SIZE: 4, MAX_FRAME_SIZE: 5 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const headBytes = 9;

/** Cuts a client's byte stream into frames, after its connection preface (RFC 9113 §3.4). */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);
  #prefaceSeen = false;

  /** Takes a chunk and returns the frames it completes; throws on a wrong preface. */
  read(chunk: Buffer): Frame[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (!this.#prefaceSeen && !this.#takePreface()) return [];
    const frames: Frame[] = [];
    let offset = 0;
    while (this.#held.length - offset >= headBytes) {
      const end = offset + headBytes + this.#held.readUIntBE(offset, 3);
      if (end > this.#held.length) break;
      frames.push({
        type: this.#held.readUInt8(offset + 3),
        flags: this.#held.readUInt8(offset + 4),
        streamId: this.#held.readUInt32BE(offset + 5) & 0x7fffffff,
        payload: this.#held.subarray(offset + headBytes, end),
      });
      offset = end;
    }
    this.#held = this.#held.subarray(offset);
    return frames;
  }

  #takePreface(): boolean {
    if (this.#held.length < preface.length) return false;
    if (!this.#held.subarray(0, preface.length).equals(preface)) throw new Error("the client's preface is wrong");
    this.#held = this.#held.subarray(preface.length);
    this.#prefaceSeen = true;
    return true;
  }
}

/** Bytes of any frame. */
export function encodeFrame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Bytes of a DATA frame without END_STREAM; with `padBytes` it carries the PADDED flag (RFC 9113 §6.1). */
export function encodeData(streamId: number, data: Buffer, padBytes: number | undefined): Buffer {
  if (padBytes === undefined) return encodeFrame(FrameType.DATA, 0, streamId, data);
  const padded = Buffer.concat([Buffer.of(padBytes), data, Buffer.alloc(padBytes)]);
  return encodeFrame(FrameType.DATA, Flag.PADDED, streamId, padded);
}

/** Bytes of a HEADERS frame; every field is a literal without indexing, raw (RFC 7541 §6.2.2). */
export function encodeHeaders(streamId: number, fields: readonly [string, string][], endStream: boolean): Buffer {
  const block = Buffer.concat(fields.map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)])));
  const flags = Flag.END_HEADERS | (endStream ? Flag.END_STREAM : 0);
  return encodeFrame(FrameType.HEADERS, flags, streamId, block);
}

/** Bytes of a SETTINGS frame. */
export function encodeSettings(settings: readonly [identifier: number, value: number][]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  for (const [i, [identifier, value]] of settings.entries()) {
    payload.writeUInt16BE(identifier, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  }
  return encodeFrame(FrameType.SETTINGS, 0, 0, payload);
}

/** Bytes of a frame whose payload is 32-bit numbers: RST_STREAM, GOAWAY, WINDOW_UPDATE. */
export function encodeNumbers(type: number, streamId: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) payload.writeUInt32BE(number, i * 4);
  return encodeFrame(type, 0, streamId, payload);
}

function text(value: string): Buffer {
  if (value.length >= 0x7f) throw new RangeError(`"${value}" is too long for a one-octet length`);
  return Buffer.concat([Buffer.of(value.length), Buffer.from(value, "latin1")]);
}
