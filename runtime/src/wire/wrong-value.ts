// SPDX-License-Identifier: Apache-2.0

/** The error for a value that its field cannot hold: names the field, what it takes and what it was given. */
export function wrongValue(field: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${field}: expected ${expected}, got ${describe(value)}`);
}

/** The error for a proto2 `required` field that is not set. */
export function requiredFieldNotSet(field: string): TypeError {
  return new TypeError(`${field}: required, but not set`);
}

/** Throws unless `message` is an object that is not a message of another type. Generated encoders call it first. */
export function checkMessage(message: { readonly $typeName?: string | undefined }, typeName: string): void {
  // A handler that forgot its return must not answer with an empty message.
  if (typeof message !== "object" || message === null) throw wrongValue(typeName, "a message", message);
  const given = message.$typeName;
  if (given === typeName) return;
  // Nor one that forgot an await, or gave a list for a message: both are objects without any field.
  if (given !== undefined || Array.isArray(message) || message instanceof Promise) {
    throw wrongValue(typeName, "a message", message);
  }
}

function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object): string {
  const { $typeName } = value as { readonly $typeName?: unknown };
  if (typeof $typeName === "string") return `a ${$typeName}`;
  return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? "no class"})`;
}
