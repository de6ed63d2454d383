// SPDX-License-Identifier: Apache-2.0

/**
 * Whether the message read last came with the compressed flag set. The compression cases turn on it; throws when
 * the call or context does not tell, so that no case passes without having looked.
 */
export function receivedCompressed(source: object): boolean {
  const value: unknown = Reflect.get(source, "receivedCompressed");
  if (typeof value !== "boolean") {
    throw new TypeError("receivedCompressed is missing: the runtime does not tell the flag of the message read last");
  }
  return value;
}
