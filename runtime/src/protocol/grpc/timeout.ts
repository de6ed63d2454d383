// SPDX-License-Identifier: Apache-2.0

/**
 * Milliseconds as a grpc-timeout value: the finest unit that takes at most eight digits, rounded up, so that the peer
 * never gives up before we do (gRPC HTTP2: Timeout). Nothing left is "0n".
 */
export function formatTimeout(timeoutMs: number): string {
  if (!(timeoutMs > 0)) return "0n";
  for (const [unit, unitMs] of unitsFinestFirst) {
    const value = unitMs < 1 ? Math.ceil(timeoutMs * Math.round(1 / unitMs)) : Math.ceil(timeoutMs / unitMs);
    if (value <= maxValue) return `${value}${unit}`;
  }
  return `${maxValue}H`;
}

/**
 * A grpc-timeout value in milliseconds, fractions kept; undefined when malformed. Past 2^63 - 1 nanoseconds (292 years),
 * what a clock may not hold, it is Infinity.
 */
export function parseTimeout(value: string): number | undefined {
  const digits = value.length - 1;
  if (digits < 1 || digits > 8) return undefined;
  let amount = 0;
  for (let i = 0; i < digits; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    amount = amount * 10 + digit;
  }
  switch (value[digits]) {
    case "n":
      return amount / 1e6;
    case "u":
      return amount / 1e3;
    case "m":
      return amount;
    case "S":
      return amount * 1e3;
    case "M":
      return amount * 60e3;
    case "H":
      return amount > maxHours ? Number.POSITIVE_INFINITY : amount * 3600e3;
    default:
      return undefined;
  }
}

const maxValue = 99_999_999;
const maxHours = 2_562_047;
const unitsFinestFirst: readonly (readonly [unit: string, unitMs: number])[] = [
  ["n", 1e-6],
  ["u", 1e-3],
  ["m", 1],
  ["S", 1e3],
  ["M", 60e3],
  ["H", 3600e3],
];
