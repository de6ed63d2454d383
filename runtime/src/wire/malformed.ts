// SPDX-License-Identifier: Apache-2.0

/** The error for bytes that are no message: what was expected and where it was not found. */
export function malformed(what: string, position: number): Error {
  return new Error(`${what} at byte ${position}`);
}
