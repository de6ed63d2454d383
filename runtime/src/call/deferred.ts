// SPDX-License-Identifier: Apache-2.0

/** A promise with its resolve function beside it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T | PromiseLike<T>): void;
}

export function deferred<T>(): Deferred<T> {
  let settle: (value: T | PromiseLike<T>) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: settle };
}
