// SPDX-License-Identifier: Apache-2.0
import type { Field } from "./field.js";

const maxBlocks = 32;
const maxBlockBytes = 256;

/** What one array of fields was encoded to, and the dynamic table's version for which that holds. */
export interface EncodedBlock {
  readonly fields: readonly Field[];
  readonly bytes: Uint8Array;
  readonly version: number;
}

/** The encodings of up to 32 frozen arrays of fields, found by the array's identity. */
export class EncodedBlocks {
  private readonly blocks = new Map<readonly Field[], EncodedBlock>();
  // `maxEncodedBytes` and `encode` ask for the same array one after the other.
  private recent: EncodedBlock | undefined;

  find(fields: readonly Field[], version: number): EncodedBlock | undefined {
    let found = this.recent;
    if (found === undefined || found.fields !== fields) {
      found = this.blocks.get(fields);
      if (found === undefined) return undefined;
      this.recent = found;
    }
    return found.version === version ? found : undefined;
  }

  /** Remembers buffer[start, end) for an array that can no longer change. */
  remember(fields: readonly Field[], buffer: Uint8Array, start: number, end: number, version: number): void {
    if (end - start > maxBlockBytes || !Object.isFrozen(fields)) return;
    if (this.blocks.size >= maxBlocks && !this.blocks.has(fields)) this.forgetOldest();
    const block = { fields, bytes: buffer.slice(start, end), version };
    this.blocks.set(fields, block);
    this.recent = block;
  }

  private forgetOldest(): void {
    for (const oldest of this.blocks.keys()) {
      this.blocks.delete(oldest);
      return;
    }
  }
}
