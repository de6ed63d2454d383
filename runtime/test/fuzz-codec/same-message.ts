// SPDX-License-Identifier: Apache-2.0

/**
 * Whether two messages are the same to a user: own properties with the same values and, where defaults are read from a
 * prototype (proto2, editions), the same defaults. Generated code brings prototypes of its own, so these are compared by
 * what they hold. NaN is NaN, and 0 is not -0.
 */
export function isSameMessage(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  const left = one as Record<string, unknown>;
  const right = other as Record<string, unknown>;
  for (const key of keys) if (!Object.hasOwn(right, key) || !isSameMessage(left[key], right[key])) return false;
  return isSamePrototype(Object.getPrototypeOf(one), Object.getPrototypeOf(other));
}

function isSamePrototype(one: object, other: object): boolean {
  if (one === other) return true;
  const ordinary = one === Object.prototype || other === Object.prototype || one === Array.prototype;
  return !ordinary && isSameMessage(one, other);
}

/** The properties of two messages that are not the same, for reports: `deep.text: "a", not "b"`. */
export function messageDifference(one: unknown, other: unknown, path = ""): string {
  const isNested = typeof one === "object" && typeof other === "object" && one !== null && other !== null;
  if (isNested && !(one instanceof Uint8Array)) {
    const left = one as Record<string, unknown>;
    const right = other as Record<string, unknown>;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const inner = path === "" ? key : `${path}.${key}`;
      if (Object.hasOwn(left, key) !== Object.hasOwn(right, key)) {
        return `${inner}: ${show(left[key])}, not ${show(right[key])} (own: ${Object.hasOwn(left, key)})`;
      }
      if (!isSameMessage(left[key], right[key])) return messageDifference(left[key], right[key], inner);
    }
    const prototypes = [Object.getPrototypeOf(one), Object.getPrototypeOf(other)].map((value) => show({ ...value }));
    return `${path}: the prototypes ${prototypes.join(" and ")}`;
  }
  return `${path}: ${show(one)}, not ${show(other)}`;
}

function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner)) ?? String(value);
}
