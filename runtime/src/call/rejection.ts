// SPDX-License-Identifier: Apache-2.0

/**
 * A promise that rejects with the error `make` gives, made one turn later inside a reaction: whoever awaits it by then is
 * on the error's stack, and a call that succeeds never pays for a stack.
 */
export function rejection(make: () => Error): Promise<never> {
  return Promise.resolve()
    .then(nothing)
    .then(() => {
      throw make();
    });
}

/** Marks a promise's rejection as handled. */
export function handled<T extends Promise<unknown>>(promise: T): T {
  promise.catch(nothing);
  return promise;
}

function nothing(): void {}
