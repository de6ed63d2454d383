// SPDX-License-Identifier: Apache-2.0

/** The seventeen status codes of gRPC (statuscodes), by name. */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

const names = Object.keys(Code) as (keyof typeof Code)[];

/** The name of a code, as gRPC writes it: `codeName(5)` is "NOT_FOUND". A number outside 0–16 gives "UNKNOWN". */
export function codeName(code: number): keyof typeof Code {
  return names[code] ?? "UNKNOWN";
}

/** True for the integers 0 to 16. */
export function isCode(value: unknown): value is Code {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 16;
}
