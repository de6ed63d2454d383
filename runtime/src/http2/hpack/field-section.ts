// SPDX-License-Identifier: Apache-2.0
import type { Field } from "./field.js";

/**
 * A decoded field block. When it is over a limit, `fields` holds what came before the limit and the rest was
 * decoded for the dynamic table only. The same object comes back for a repeated block, with its `memo`.
 */
export class FieldSection {
  readonly fields: readonly Field[];
  /** The whole section's size, dropped fields included (RFC 9113 §6.5.2). */
  readonly listBytes: number;
  /** The limit that was passed first: the list's bytes or its count of fields. */
  readonly exceeded: "none" | "bytes" | "count";
  /** Whatever a consumer wants to find again when this very section is returned again. */
  memo: unknown = undefined;
  /** The same for the connection's own verdict on the section. */
  verdict: unknown = undefined;

  constructor(fields: readonly Field[], listBytes: number, exceeded: "none" | "bytes" | "count") {
    this.fields = fields;
    this.listBytes = listBytes;
    this.exceeded = exceeded;
  }
}
