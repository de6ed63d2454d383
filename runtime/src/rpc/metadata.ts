// SPDX-License-Identifier: Apache-2.0

/** A typed name: `get` and `set` take the parsed value. Make one with `metadataKey`. */
export interface MetadataKey<T> {
  readonly name: string;
  parse(text: string): T;
  format(value: T): string;
}

type MetadataValue = string | Uint8Array;
type ValueOf<N extends string> = string extends N
  ? MetadataValue
  : Lowercase<N> extends `${string}-bin`
    ? Uint8Array
    : string;

/** What is accepted wherever metadata is given. */
export type MetadataInit =
  | Metadata
  | Readonly<Record<string, MetadataValue | readonly MetadataValue[] | undefined>>
  | Iterable<readonly [name: string, value: MetadataValue]>;

/** A key with a codec: `metadataKey("x-tenant", { parse: Number, format: String })`. Throws on an invalid name. */
export function metadataKey<T>(
  name: string,
  codec: { parse(text: string): T; format(value: T): string },
): MetadataKey<T> {
  const lower = validName(name);
  if (lower.endsWith("-bin"))
    throw new TypeError(`metadata key "${name}" is binary; typed keys hold text, drop "-bin"`);
  return { name: lower, parse: codec.parse.bind(codec), format: codec.format.bind(codec) };
}

/**
 * Key-value pairs that travel beside messages: headers one way, headers and trailers the other. Names are
 * case-insensitive, values of one name keep their order, names ending in `-bin` hold bytes and all others printable
 * ASCII (gRPC HTTP2: Custom-Metadata). Setting an invalid name, a reserved one (`grpc-…`, `content-type`, `te`, …)
 * or a bad value throws a TypeError that says so.
 */
export class Metadata implements Iterable<[name: string, value: string | Uint8Array]> {
  #entries: [string, MetadataValue][] = [];
  #sealed: string | undefined;

  constructor(init?: MetadataInit) {
    if (init !== undefined) this.#fill(init);
  }

  /** Metadata as received: already lower-case and decoded, accepted wider than what may be sent. */
  static received(entries: [name: string, value: string | Uint8Array][]): Metadata {
    const metadata = new Metadata();
    metadata.#entries = entries;
    return metadata;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Ends changes: from now on they throw a TypeError with this text. For metadata that has left. */
  seal(reason: string): this {
    this.#sealed ??= reason;
    return this;
  }

  /** The first value of a name, parsed when a typed key is given. */
  get<T>(key: MetadataKey<T>): T | undefined;
  get<N extends string>(name: N): ValueOf<N> | undefined;
  get(key: string | MetadataKey<unknown>): unknown {
    const name = nameOf(key);
    for (const entry of this.#entries) {
      if (entry[0] === name) return typeof key === "string" ? entry[1] : key.parse(entry[1] as string);
    }
    return undefined;
  }

  /** Every value of a name, in order. */
  getAll<T>(key: MetadataKey<T>): T[];
  getAll<N extends string>(name: N): ValueOf<N>[];
  getAll(key: string | MetadataKey<unknown>): unknown[] {
    const name = nameOf(key);
    const values: unknown[] = [];
    for (const entry of this.#entries) {
      if (entry[0] === name) values.push(typeof key === "string" ? entry[1] : key.parse(entry[1] as string));
    }
    return values;
  }

  has(key: string | MetadataKey<unknown>): boolean {
    const name = nameOf(key);
    return this.#entries.some((entry) => entry[0] === name);
  }

  /** Replaces every value of a name by one. */
  set<T>(key: MetadataKey<T>, value: T): this;
  set<N extends string>(name: N, value: ValueOf<N>): this;
  set(key: string | MetadataKey<unknown>, value: unknown): this {
    const entry = entryOf(key, value);
    this.#checkOpen();
    this.#remove(entry[0]);
    this.#entries.push(entry);
    return this;
  }

  /** Adds a value behind those the name already has. */
  append<T>(key: MetadataKey<T>, value: T): this;
  append<N extends string>(name: N, value: ValueOf<N>): this;
  append(key: string | MetadataKey<unknown>, value: unknown): this {
    this.#checkOpen();
    this.#entries.push(entryOf(key, value));
    return this;
  }

  /** Removes every value of a name; true when there was one. */
  delete(key: string | MetadataKey<unknown>): boolean {
    this.#checkOpen();
    return this.#remove(nameOf(key));
  }

  clone(): Metadata {
    return Metadata.received([...this.#entries]);
  }

  /** Adds all pairs of `other` behind ours. */
  merge(other: MetadataInit): this {
    this.#checkOpen();
    this.#fill(other);
    return this;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string | Uint8Array]> {
    return this.#entries[Symbol.iterator]();
  }

  /** For logs: names with their values, bytes as base64 of the wire. */
  toJSON(): Record<string, string[]> {
    const object: Record<string, string[]> = Object.create(null);
    for (const [name, value] of this.#entries) {
      object[name] ??= [];
      object[name].push(typeof value === "string" ? value : `<${value.length} bytes>`);
    }
    return object;
  }

  #checkOpen(): void {
    if (this.#sealed !== undefined) throw new TypeError(this.#sealed);
  }

  #remove(name: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => entry[0] !== name);
    return this.#entries.length !== before;
  }

  #fill(init: MetadataInit): void {
    if (init instanceof Metadata) {
      this.#entries.push(...init.#entries);
    } else if (Symbol.iterator in init) {
      for (const [name, value] of init as Iterable<readonly [string, MetadataValue]>) {
        this.#entries.push(entryOf(name, value));
      }
    } else {
      for (const [name, value] of Object.entries(init)) {
        if (value === undefined) continue;
        if (Array.isArray(value)) for (const one of value) this.#entries.push(entryOf(name, one));
        else this.#entries.push(entryOf(name, value));
      }
    }
  }
}

function nameOf(key: string | MetadataKey<unknown>): string {
  return typeof key === "string" ? key.toLowerCase() : key.name;
}

function entryOf(key: string | MetadataKey<unknown>, value: unknown): [string, MetadataValue] {
  if (typeof key !== "string") return [key.name, validText(key.name, key.format(value))];
  const name = validName(key);
  if (!name.endsWith("-bin")) return [name, validText(name, value)];
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`metadata "${name}" is binary and takes a Uint8Array, got ${kindOf(value)}`);
  }
  return [name, value];
}

// gRPC HTTP2: "ASCII-Value should not have leading or trailing whitespace. If it contains leading or trailing
// whitespace, it may be stripped." RFC 9113 §8.2.1 makes such a field malformed, so it is stripped here.
function validText(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`metadata "${name}" takes a string, got ${kindOf(value)}; names ending in "-bin" take bytes`);
  }
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) {
      throw new TypeError(
        `metadata "${name}" has the character U+${unit.toString(16).toUpperCase().padStart(4, "0")} at ${i}; values are printable ASCII, other data goes under a name ending in "-bin"`,
      );
    }
  }
  return value.trim();
}

const namePattern = /^[0-9a-z_.-]+$/;
const reservedNames = new Set([
  "connection",
  "content-length",
  "content-type",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

/** True for the names that the protocol owns; applications cannot set them and do not see them. */
export function isReservedName(name: string): boolean {
  return name.startsWith("grpc-") || name.startsWith(":") || reservedNames.has(name);
}

function validName(name: string): string {
  const lower = name.toLowerCase();
  if (isReservedName(lower)) throw new TypeError(`metadata name "${name}" is reserved for the protocol`);
  if (!namePattern.test(lower)) {
    throw new TypeError(`metadata name ${JSON.stringify(name)} is not made of 0-9 a-z _ - . alone`);
  }
  return lower;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return value instanceof Uint8Array ? "a Uint8Array" : typeof value === "object" ? "an object" : typeof value;
}
