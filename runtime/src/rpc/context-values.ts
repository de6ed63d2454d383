// SPDX-License-Identifier: Apache-2.0

/** A typed slot for values that travel with a call inside one process, never on the wire. */
export interface ContextKey<T> {
  readonly name: string;
  readonly fallback: T;
}

/** A key whose value is undefined until set. */
export function contextKey<T>(name: string): ContextKey<T | undefined>;
/** A key with a value for calls where nobody set one. */
export function contextKey<T>(name: string, fallback: T): ContextKey<T>;
export function contextKey<T>(name: string, fallback?: T): ContextKey<T | undefined> {
  return { name, fallback };
}

/** The values of one call: an interceptor sets them, the handler or a later interceptor reads them. */
export class ContextValues {
  readonly #values = new Map<ContextKey<unknown>, unknown>();

  /** The value set for `key`, or its fallback. */
  get<T>(key: ContextKey<T>): T {
    return this.#values.has(key) ? (this.#values.get(key) as T) : key.fallback;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#values.set(key, value);
    return this;
  }

  has(key: ContextKey<unknown>): boolean {
    return this.#values.has(key);
  }

  delete(key: ContextKey<unknown>): boolean {
    return this.#values.delete(key);
  }
}
