// SPDX-License-Identifier: Apache-2.0
import type { Contender } from "../contender.js";
import type { Round } from "../round.js";

export const rowKinds = [
  "server",
  "tls",
  "client",
  "pair",
  "streaming",
  "large",
  "cost",
  "profile",
  "memory",
  "fairness",
] as const;
export type RowKind = (typeof rowKinds)[number];

/** One line of the table: who is measured, how, and what Petrel is to reach against whom. */
export interface Row {
  readonly kind: RowKind;
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
  /** Names of the contenders, Petrel first. */
  readonly contenders: readonly string[];
  /** By a peer's name: how many times better than it Petrel is to be. */
  readonly targets: Readonly<Record<string, number>>;
  /** By a peer's name: what fails the run when missed. */
  readonly floors?: Readonly<Record<string, number>>;
  /** What Petrel's own figure, or what it has more than a contender's, must not exceed. */
  readonly atMost?: { readonly more: number; readonly than?: string };
  /** Whether `--quick` measures it, and whom. */
  readonly quick?: readonly string[];
  measure(contender: Contender, round: Round, all: readonly Contender[]): Promise<number>;
}

/** The contender with a name; throws when there is none. */
export function named(all: readonly Contender[], name: string): Contender {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no contender ${name}: expected ${all.map((each) => each.name).join(", ")}`);
  return found;
}
