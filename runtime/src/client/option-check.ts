// SPDX-License-Identifier: Apache-2.0

/** Milliseconds that any timer takes. */
const greatestMs = 0x7fff_ffff;

/** Throws for a key that is none of `names`. `path` is "" for the channel's own options. */
export function checkKeys(path: string, options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidOption(path, options, `an object with ${names.join(", ")}`);
  }
  const prefix = path === "" ? "" : `${path}.`;
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue;
    throw new TypeError(
      `unknown channel option ${JSON.stringify(prefix + key)}, accepted are ${names.map((name) => prefix + name).join(", ")}`,
    );
  }
}

/** The number, or the default when it is absent. Throws when it is not one from `least` to `greatest`. */
export function checkNumber(
  name: string,
  value: number | undefined,
  fallback: number,
  least: number,
  greatest: number = greatestMs,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= least && value <= greatest) return value;
  throw invalidOption(
    name,
    value,
    least === Number.MIN_VALUE ? "a number above 0" : `a number from ${least} to ${greatest}`,
  );
}

/** The number of bytes, or the default when it is absent. */
export function checkBytes(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) {
    return value;
  }
  throw invalidOption(name, value, "a whole number of bytes, or Infinity for no limit");
}

/** `channel option timeoutMs must be a number above 0, got "5s"`. */
export function invalidOption(name: string, value: unknown, accepted: string): TypeError {
  return new TypeError(`channel option ${name} must be ${accepted}, got ${formatValue(value)}`);
}

function formatValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null)
    return `an object with ${Object.keys(value).join(", ") || "no keys"}`;
  return String(value);
}
