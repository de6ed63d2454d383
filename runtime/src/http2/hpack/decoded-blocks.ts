// SPDX-License-Identifier: Apache-2.0
import type { FieldSection } from "./field-section.js";

const blockCount = 4;
const maxBlockBytes = 128;

/**
 * The last 4 blocks of up to 128 octets that left the dynamic table alone, with their sections. Such a block means the
 * same section for as long as the table has the same version.
 */
export class DecodedBlocks {
  private readonly blocks = new Uint8Array(blockCount * maxBlockBytes);
  private readonly lengths = new Uint8Array(blockCount);
  private readonly versions: number[] = new Array<number>(blockCount).fill(-1);
  private readonly sections: (FieldSection | undefined)[] = new Array<FieldSection | undefined>(blockCount).fill(
    undefined,
  );
  private oldest = 0;
  private lastHash = 0;

  find(block: Uint8Array, start: number, end: number, version: number): FieldSection | undefined {
    const length = end - start;
    for (let slot = 0; slot < blockCount; slot++) {
      if (this.lengths[slot] !== length || this.versions[slot] !== version) continue;
      if (this.holds(slot, block, start, length)) return this.sections[slot];
    }
    return undefined;
  }

  remember(block: Uint8Array, start: number, end: number, version: number, section: FieldSection): void {
    const length = end - start;
    if (length === 0 || length > maxBlockBytes) return;
    const slot = this.slotFor(version);
    const base = slot * maxBlockBytes;
    for (let i = 0; i < length; i++) this.blocks[base + i] = block[start + i];
    this.lengths[slot] = length;
    this.versions[slot] = version;
    this.sections[slot] = section;
  }

  /** Whether the block is most likely the one that was asked about before. */
  seenBefore(block: Uint8Array, start: number, end: number): boolean {
    if (end - start > maxBlockBytes) return false;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + block[i]) | 0;
    const seen = hash === this.lastHash;
    this.lastHash = hash;
    return seen;
  }

  private holds(slot: number, block: Uint8Array, start: number, length: number): boolean {
    const base = slot * maxBlockBytes;
    for (let i = 0; i < length; i++) {
      if (this.blocks[base + i] !== block[start + i]) return false;
    }
    return true;
  }

  /** A slot of an older version first: nothing finds it any more. */
  private slotFor(version: number): number {
    for (let slot = 0; slot < blockCount; slot++) {
      if (this.versions[slot] !== version) return slot;
    }
    const slot = this.oldest;
    this.oldest = (slot + 1) % blockCount;
    return slot;
  }
}
