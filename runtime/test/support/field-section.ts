// SPDX-License-Identifier: Apache-2.0
import { type FieldSection, field } from "../../src/transport/exchange.js";

/** A field section as a decoder gives it, from name and value pairs. */
export function fieldSection(...pairs: readonly (readonly [name: string, value: string])[]): FieldSection {
  return {
    fields: pairs.map(([name, value]) => field(name, value)),
    listBytes: 0,
    exceeded: "none",
    memo: undefined,
    verdict: undefined,
  };
}

/** Fields as "name: value" lines. */
export function lines(fields: readonly { readonly name: string; readonly value: string }[]): string[] {
  return fields.map(({ name, value }) => `${name}: ${value}`);
}
