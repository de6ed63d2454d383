// SPDX-License-Identifier: Apache-2.0
import type { Field } from "./field.js";

const slotCount = 64;
const sampledUnits = 8;

/**
 * Remembers some fields that were sent lately, so that one which repeats is told from one that does not. Holds 64
 * fields at most; a newer field takes an older one's place.
 */
export class RecentSightings {
  // Made on first use: most connections send no custom metadata.
  private slots: (Field | undefined)[] | undefined;

  /** Whether an equal field is remembered; remembers this one if not. */
  seenBefore(field: Field): boolean {
    this.slots ??= new Array<Field | undefined>(slotCount).fill(undefined);
    const slot = slotOf(field);
    const seen = this.slots[slot];
    if (seen !== undefined && seen.name === field.name && seen.value === field.value) return true;
    this.slots[slot] = field;
    return false;
  }
}

/** Mixes the lengths and the value's last units: enough to spread, and its cost does not grow with the value. */
function slotOf(field: Field): number {
  const { name, value } = field;
  let hash = name.length * 31 + value.length;
  for (let i = Math.max(0, value.length - sampledUnits); i < value.length; i++) {
    hash = (Math.imul(hash, 31) + value.charCodeAt(i)) | 0;
  }
  if (name.length > 0) hash = Math.imul(hash, 31) + name.charCodeAt(name.length - 1);
  return (hash ^ (hash >>> 15)) & (slotCount - 1);
}
