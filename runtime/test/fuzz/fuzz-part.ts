// SPDX-License-Identifier: Apache-2.0
import { Random } from "../support/random.js";

/** How much is tried: what CI has time for, or what is run once for docs/reliability.md. */
export type FuzzSize = "ci" | "long";

/** One kind of input, each made from a seed and a number alone, so that a failure is run again by naming both. */
export interface FuzzPart {
  /** Prefix-selectable name such as `m2-huffman`. */
  readonly id: string;
  readonly title: string;
  /** How many things one input tries (blocks, strings); 1 unless said. */
  readonly perInput?: number;
  /** How long one input may take, where it is many in a row; `maxInputMs` unless said. */
  readonly maxMs?: number;
  inputs(size: FuzzSize): number;
  /** Tries one input. Throws what is wrong with the outcome. */
  run(random: Random, input: number): void;
}

/** What became of a part. */
export interface PartResult {
  readonly id: string;
  readonly passed: number;
  readonly failed: number;
  readonly ms: number;
  readonly slowestMs: number;
}

/** No input may keep the connection longer than this (notes/reliability.md M1). */
export const maxInputMs = 100;
const maxReported = 5;

/** Runs inputs [from, to) of a part; reports the first failures with the command that repeats each. */
export function runPart(
  part: FuzzPart,
  seed: number,
  from: number,
  to: number,
  report: (line: string) => void,
): PartResult {
  const startedAt = performance.now();
  let failed = 0;
  let slowestMs = 0;
  const maxMs = part.maxMs ?? maxInputMs;
  for (let input = from; input < to; input++) {
    let problem: string | undefined;
    let ms = 0;
    // A busy machine may stop us for longer than any input takes: only what is slow twice, by the processor's time, is slow.
    for (let attempt = 0; attempt < 2; attempt++) {
      const startedWith = attempt === 0 ? undefined : process.cpuUsage();
      const before = performance.now();
      problem = tryInput(part, seed, input);
      ms = performance.now() - before;
      if (startedWith !== undefined) {
        const { user, system } = process.cpuUsage(startedWith);
        ms = Math.min(ms, (user + system) / 1e3);
      }
      if (problem !== undefined || ms <= maxMs) break;
      problem = `took ${ms.toFixed(0)} ms, may take ${maxMs}`;
    }
    if (ms > slowestMs) slowestMs = ms;
    if (problem === undefined) continue;
    failed += 1;
    if (failed > maxReported) continue;
    report(`${part.id} --seed=${seed} --input=${input}: ${problem}`);
    report(`  again: npm run fuzz -- --only=${part.id} --seed=${seed} --input=${input}`);
  }
  return { id: part.id, passed: to - from - failed, failed, ms: performance.now() - startedAt, slowestMs };
}

function tryInput(part: FuzzPart, seed: number, input: number): string | undefined {
  try {
    part.run(randomFor(part.id, seed, input), input);
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    return error instanceof Error ? `threw ${error.stack ?? error.message}` : `threw ${String(error)}`;
  }
}

/** The random source of one input: the same for the same part, seed and number, whatever ran before. */
export function randomFor(id: string, seed: number, input: number): Random {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (let index = 0; index < id.length; index++) mixed = Math.imul(mixed ^ id.charCodeAt(index), 0x01000193);
  return new Random(mixed ^ Math.imul(input + 1, 0x27d4eb2f));
}

/** A rule that the outcome of an input breaks; anything else thrown is a failure, too, and shown with its stack. */
export class Violation extends Error {}

/** Throws unless `holds`. The text is made only when it is needed. */
export function must(holds: boolean, problem: () => string): asserts holds {
  if (!holds) throw new Violation(problem());
}
