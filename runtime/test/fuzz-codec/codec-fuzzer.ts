// SPDX-License-Identifier: Apache-2.0
import type { LoadedTypes } from "../conformance-protobuf/message-types.js";
import { randomFor, Violation } from "../fuzz/fuzz-part.js";
import type { Random } from "../support/random.js";
import { classOf } from "./difference-classes.js";
import { readInputFacts } from "./input-facts.js";
import { mutateBytes } from "./mutate-bytes.js";
import { checkRoundTrip } from "./round-trip.js";
import { type Subject, subjectsOf } from "./subject.js";
import { bytesDifference, describe, difference, hex, type Trial, tryInput } from "./trial.js";
import { type UpbAnswer, UpbPeer, type UpbQuestion } from "./upb-peer.js";

/** What became of a range of inputs; `notes` say how many differed, and why that is right. */
export interface FuzzResult {
  readonly passed: number;
  readonly failed: number;
  readonly notes: readonly string[];
}

/** One input, made from a seed and its number alone, with what was found wrong with it so far. */
interface Case {
  readonly number: number;
  readonly subject: Subject;
  readonly input: Uint8Array;
  readonly trial: Trial | undefined;
  readonly problems: string[];
}

type Part = "mutated" | "valid";

const batchSize = 2000;
const maxReported = 8;
const maxShownHex = 1200;

/** Tries inputs on generated codecs, protobuf-es and upb. */
export class CodecFuzzer implements AsyncDisposable {
  readonly subjects: readonly Subject[];
  readonly #wheel: readonly Subject[];
  readonly #upb: UpbPeer;
  readonly #seed: number;
  readonly #report: (line: string) => void;
  #counts = new Map<string, number>();
  #reported = 0;

  private constructor(subjects: readonly Subject[], upb: UpbPeer, seed: number, report: (line: string) => void) {
    this.subjects = subjects;
    this.#wheel = subjects.flatMap((subject) => new Array<Subject>(subject.weight).fill(subject));
    this.#upb = upb;
    this.#seed = seed;
    this.#report = report;
  }

  /** `weights` names the types and how often each is tried. Starts upb, which ends when the fuzzer is disposed. */
  static async open(
    loaded: LoadedTypes & { readonly descriptors: Uint8Array },
    weights: Readonly<Record<string, number>>,
    seed: number,
    report: (line: string) => void,
  ): Promise<CodecFuzzer> {
    const subjects = subjectsOf(loaded, weights, seed);
    const upb = await UpbPeer.open(
      loaded.descriptors,
      subjects.map(({ typeName }) => typeName),
    );
    return new CodecFuzzer(subjects, upb, seed, report);
  }

  /** Encodings that were damaged. */
  mutated(from: number, to: number): Promise<FuzzResult> {
    return this.#run("mutated", from, to, (subject, random, number) => {
      const input = mutateBytes(random.pick(subject.corpus), random, subject.schema, subject.corpus);
      return this.#attempt(number, subject, input, () => {
        const trial = tryInput(subject, input, random);
        const problem = difference(trial.ours, trial.es);
        if (problem === undefined || this.#explained("protobuf-es", subject, input)) return { trial };
        return { trial, problem };
      });
    });
  }

  /** Random messages as users make them. */
  valid(from: number, to: number): Promise<FuzzResult> {
    return this.#run("valid", from, to, (subject, random, number) => {
      const noBytes: Uint8Array = new Uint8Array(0);
      let bytes = noBytes;
      let again = noBytes;
      const tried = this.#attempt(number, subject, noBytes, () => {
        ({ bytes, again } = checkRoundTrip(subject, random));
        return {};
      });
      if (tried.problems.length > 0) return tried;
      const message = { accepted: true, message: { $typeName: subject.typeName }, encoded: again } as const;
      return { ...tried, input: bytes, trial: { ours: message, es: message } };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#upb[Symbol.asyncDispose]();
  }

  #attempt(
    number: number,
    subject: Subject,
    input: Uint8Array,
    work: () => { trial?: Trial; problem?: string | undefined },
  ): Case {
    try {
      const { trial, problem } = work();
      return { number, subject, input, trial, problems: problem === undefined ? [] : [problem] };
    } catch (error) {
      const text = error instanceof Violation ? error.message : `threw ${(error as Error).stack ?? String(error)}`;
      return { number, subject, input, trial: undefined, problems: [text] };
    }
  }

  async #run(
    part: Part,
    from: number,
    to: number,
    make: (subject: Subject, random: Random, number: number) => Case,
  ): Promise<FuzzResult> {
    this.#counts = new Map();
    this.#reported = 0;
    let failed = 0;
    let asked: Promise<UpbAnswer[]> | undefined;
    let waiting: readonly Case[] = [];
    const settle = async (): Promise<void> => {
      const answers = (await asked) ?? [];
      const answered = waiting.filter(({ trial }) => trial !== undefined);
      for (const [index, answer] of answers.entries()) this.#compare(answered[index], answer);
      for (const tried of waiting) {
        if (tried.problems.length === 0) continue;
        failed += 1;
        this.#show(part, tried);
      }
    };
    for (let start = from; start < to; start += batchSize) {
      const cases: Case[] = [];
      for (let number = start; number < Math.min(to, start + batchSize); number++) {
        const random = randomFor(`codec-${part}`, this.#seed, number);
        cases.push(make(random.pick(this.#wheel), random, number));
      }
      // upb works on the batch before while the next one is tried here.
      await settle();
      waiting = cases;
      asked = this.#upb.ask(cases.flatMap((tried) => this.#question(tried)));
      await new Promise(setImmediate);
    }
    await settle();
    const notes = [...this.#counts].map(([name, times]) => `${String(times).padStart(6)} × ${name}`);
    return { passed: to - from - failed, failed, notes };
  }

  #question({ subject, input, trial }: Case): UpbQuestion[] {
    if (trial === undefined) return [];
    const encoded = trial.ours.accepted ? trial.ours.encoded : undefined;
    return [{ type: this.subjects.indexOf(subject), input, encoded }];
  }

  #compare({ subject, input, trial, problems }: Case, answer: UpbAnswer): void {
    const accepted = trial?.ours.accepted === true;
    let problem: string | undefined;
    if (answer.outcome === "rejected" && accepted) problem = "accepted here, rejected by upb";
    if (answer.outcome !== "rejected" && !accepted) problem = "rejected here, accepted by upb";
    if (answer.outcome === "broken") problem = "upb rejects what was written again";
    if (answer.outcome === "differs") {
      problem = `means another message to upb when written again: it ${bytesDifference(answer.actual, answer.expected)}`;
    }
    if (problem === undefined || this.#explained("upb", subject, input)) return;
    problems.push(trial === undefined ? problem : `${problem}; ours ${describe(trial.ours)}`);
  }

  #explained(peer: "protobuf-es" | "upb", subject: Subject, input: Uint8Array): boolean {
    const known = classOf(peer, readInputFacts(subject.schema, input).facts);
    if (known === undefined) return false;
    const name = `${known.peer}, ${known.name}: ${known.reason}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return true;
  }

  #show(part: Part, { number, subject, input, problems }: Case): void {
    this.#reported += 1;
    if (this.#reported > maxReported) return;
    const shortened = (text: string) => (text.length > maxShownHex ? `${text.slice(0, maxShownHex)}…` : text);
    const facts = [...readInputFacts(subject.schema, input).facts].join(", ") || "none";
    this.#report(`${part} --input=${number}: ${subject.typeName} from ${shortened(hex(input))} (facts: ${facts})`);
    for (const problem of problems) this.#report(`  ${shortened(problem)}`);
    this.#report(`  again: npm run fuzz:codec -- --only=${part} --seed=${this.#seed} --input=${number}`);
  }
}
