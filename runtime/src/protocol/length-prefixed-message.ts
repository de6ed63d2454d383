// SPDX-License-Identifier: Apache-2.0
import { badCompressedFlag, messageCutShort, messageTooLarge, prefixCutShort } from "../rpc/library-status.js";
import type { Status } from "../rpc/status.js";
import { allocateBytes } from "../wire/allocate.js";

/** Bytes before each message: the compressed flag and a big-endian length (gRPC HTTP2: Length-Prefixed-Message). */
export const prefixBytes = 5;

/** How many times what has arrived of a message its buffer may be: one of up to 128 KiB is copied once from 16 KiB frames. */
const growth = 8;
/** A stream that has carried so long a message may begin another with a buffer of that length at once, up to this. */
const maxTrustedBytes = 128 * 1024;

/** Writes the prefix of a message of `length` bytes at `position`; the message belongs at `position + prefixBytes`. */
export function writePrefix(buffer: Uint8Array, position: number, compressed: boolean, length: number): void {
  buffer[position] = compressed ? 1 : 0;
  buffer[position + 1] = length >>> 24;
  buffer[position + 2] = length >>> 16;
  buffer[position + 3] = length >>> 8;
  buffer[position + 4] = length;
}

/** Whom a MessageReader reports to. */
export interface MessageReceiver {
  /** One message, as a range of a chunk or of a buffer of its own; both stay valid. The range is empty for an empty message. */
  messageReceived(bytes: Uint8Array, start: number, end: number, compressed: boolean): void;
  /** The body is not readable from here on; called once. */
  messageFailed(status: Status): void;
}

/**
 * Cuts a body, pushed in chunks of any size, into messages. A message that lies whole in a chunk is reported in place,
 * without a copy; any other is gathered in a buffer of its own, which grows as bytes arrive: a declared length alone
 * reserves nothing.
 * Lengths past `receiveMaxBytes` fail on the prefix, before anything is kept.
 */
export class MessageReader {
  readonly receiver: MessageReceiver;
  readonly receiveMaxBytes: number;
  state: "prefix" | "message" | "stopped" = "prefix";
  #prefixReceived = 0;
  #flag = 0;
  #length = 0;
  #gathered: Uint8Array = nothing;
  #gatheredBytes = 0;
  /** Length of the longest message gathered so far, at most `maxTrustedBytes`. */
  #trustedBytes = 0;

  constructor(receiver: MessageReceiver, receiveMaxBytes: number) {
    this.receiver = receiver;
    this.receiveMaxBytes = receiveMaxBytes;
  }

  /** Takes the next bytes of the body. Does nothing once stopped. */
  push(chunk: Uint8Array, start: number, end: number): void {
    let position = start;
    while (position < end || (this.state === "message" && this.#length === 0)) {
      if (this.state === "stopped") return;
      if (this.state === "prefix") {
        if (this.#prefixReceived === 0 && end - position >= prefixBytes) {
          this.#length =
            ((chunk[position + 1] << 24) |
              (chunk[position + 2] << 16) |
              (chunk[position + 3] << 8) |
              chunk[position + 4]) >>>
            0;
          this.#flag = chunk[position];
          if (!this.#prefixRead()) return;
          position += prefixBytes;
        } else {
          const octet = chunk[position++];
          if (this.#prefixReceived === 0) {
            this.#flag = octet;
            this.#length = 0;
          } else {
            this.#length = ((this.#length << 8) | octet) >>> 0;
          }
          if (++this.#prefixReceived < prefixBytes) continue;
          if (!this.#prefixRead()) return;
        }
      } else {
        position = this.#readMessage(chunk, position, end);
      }
    }
  }

  /** The body has ended: fails when that cuts a message short. */
  end(): void {
    if (this.state === "message") this.#fail(messageCutShort(this.#gatheredBytes, this.#length));
    else if (this.state === "prefix" && this.#prefixReceived > 0) this.#fail(prefixCutShort(this.#prefixReceived));
    else this.stop();
  }

  /** Reports nothing more, not even the rest of the chunk being pushed. */
  stop(): void {
    this.state = "stopped";
    this.#gathered = nothing;
  }

  #prefixRead(): boolean {
    this.#prefixReceived = 0;
    if (this.#flag > 1) return this.#fail(badCompressedFlag(this.#flag));
    if (this.#length > this.receiveMaxBytes) return this.#fail(messageTooLarge(this.#length, this.receiveMaxBytes));
    this.state = "message";
    return true;
  }

  #readMessage(chunk: Uint8Array, position: number, end: number): number {
    const missing = this.#length - this.#gatheredBytes;
    if (end - position < missing) {
      this.#gather(chunk, position, end);
      return end;
    }
    const messageEnd = position + missing;
    this.state = "prefix";
    if (this.#gatheredBytes === 0) {
      this.receiver.messageReceived(chunk, position, messageEnd, this.#flag === 1);
      return messageEnd;
    }
    this.#gather(chunk, position, messageEnd);
    if (this.#length > this.#trustedBytes) this.#trustedBytes = Math.min(this.#length, maxTrustedBytes);
    const gathered = this.#gathered;
    this.#gathered = nothing;
    this.#gatheredBytes = 0;
    this.receiver.messageReceived(gathered, 0, this.#length, this.#flag === 1);
    return messageEnd;
  }

  #gather(chunk: Uint8Array, position: number, end: number): void {
    const needed = this.#gatheredBytes + (end - position);
    if (needed > this.#gathered.length) {
      // Never read beyond what has been written: a message is handed on when its buffer is full.
      const larger = allocateBytes(Math.min(this.#length, Math.max(needed * growth, this.#trustedBytes, 4096)));
      larger.set(this.#gathered.subarray(0, this.#gatheredBytes));
      this.#gathered = larger;
    }
    this.#gathered.set(chunk.subarray(position, end), this.#gatheredBytes);
    this.#gatheredBytes = needed;
  }

  #fail(status: Status): false {
    this.stop();
    this.receiver.messageFailed(status);
    return false;
  }
}

const nothing = new Uint8Array(0);
