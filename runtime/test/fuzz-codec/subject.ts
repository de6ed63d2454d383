// SPDX-License-Identifier: Apache-2.0
import type { DescExtension } from "@bufbuild/protobuf";
import { toBinary } from "@bufbuild/protobuf";
import type { LoadedTypes, MessageType } from "../conformance-protobuf/message-types.js";
import { randomFor } from "../fuzz/fuzz-part.js";
import { randomMessage } from "./random-message.js";

/** A message type to try inputs on. */
export interface Subject extends MessageType {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  /** Extensions by the type they extend, for this type and those in it. */
  readonly extensions: ReadonlyMap<string, readonly DescExtension[]>;
  /** Valid encodings to start from, by protobuf-es; the same for the same seed. */
  readonly corpus: readonly Uint8Array[];
}

const corpusSize = 48;

/** Picks types by name from what was generated. Throws when one is missing. */
export function subjectsOf(
  { types, extensions }: LoadedTypes,
  weights: Readonly<Record<string, number>>,
  seed: number,
): Subject[] {
  const byExtendee = new Map<string, DescExtension[]>();
  for (const extension of extensions) {
    const { typeName } = extension.extendee;
    byExtendee.set(typeName, [...(byExtendee.get(typeName) ?? []), extension]);
  }
  return Object.entries(weights).map(([typeName, weight]) => {
    const type = types.get(typeName);
    if (type === undefined) throw new Error(`no codec was generated for ${typeName}`);
    const corpus = Array.from({ length: corpusSize }, (_, index) =>
      toBinary(type.schema, randomMessage(type.schema, randomFor(typeName, seed, index), byExtendee)),
    );
    return { ...type, weight, extensions: byExtendee, corpus };
  });
}
