// SPDX-License-Identifier: Apache-2.0
import type { Field } from "./field.js";

/** A field section while its block is read: counts everything, and says what is still within the limits. */
export class SectionBuilder {
  readonly fields: Field[] = [];
  listBytes = 0;
  exceeded: "none" | "bytes" | "count" = "none";
  private readonly maxListBytes: number;
  private readonly maxFields: number;

  constructor(limits: { readonly maxListBytes: number; readonly maxFields: number }) {
    this.maxListBytes = limits.maxListBytes;
    this.maxFields = limits.maxFields;
  }

  /** Counts one more field; true when it is to be kept. Once a field was refused, all are. */
  admits(fieldBytes: number): boolean {
    this.listBytes += fieldBytes;
    if (this.exceeded !== "none") return false;
    if (this.listBytes > this.maxListBytes) this.exceeded = "bytes";
    else if (this.fields.length >= this.maxFields) this.exceeded = "count";
    return this.exceeded === "none";
  }

  /** False when a field with that many octets in its name alone cannot be admitted. */
  hasRoomFor(nameOctets: number): boolean {
    return this.exceeded === "none" && this.listBytes + nameOctets + 32 <= this.maxListBytes;
  }
}
