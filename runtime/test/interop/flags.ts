// SPDX-License-Identifier: Apache-2.0

/** Values of the flags a program knows, by name; every value is text until read. */
export type Flags<Name extends string> = Readonly<Record<Name, string>>;

/**
 * Reads flags written as grpc-go's programs take them: `--name=value`, `--name value` or a bare `--name` for true.
 * `defaults` is the closed list of names; an unknown one throws.
 */
export function parseFlags<Name extends string>(parameters: readonly string[], defaults: Flags<Name>): Flags<Name> {
  const flags: Record<Name, string> = { ...defaults };
  for (let i = 0; i < parameters.length; i++) {
    const [name, value] = splitFlag(parameters[i] as string);
    if (!isKnown(name, defaults)) {
      throw new Error(`unknown flag "--${name}"; known: ${Object.keys(defaults).join(", ")}`);
    }
    const following = parameters[i + 1];
    if (value !== undefined) flags[name] = value;
    else if (following !== undefined && !following.startsWith("-")) flags[name] = parameters[++i] as string;
    else flags[name] = "true";
  }
  return flags;
}

/** Reads a flag as a yes or no; throws when it is neither. */
export function booleanFlag(name: string, value: string): boolean {
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0" || value === "") return false;
  throw new Error(`flag --${name} takes true or false, got "${value}"`);
}

/** Reads a flag as a whole number from 0 up; throws when it is none. */
export function integerFlag(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`flag --${name} takes a whole number, got "${value}"`);
  return Number(value);
}

function splitFlag(parameter: string): [name: string, value: string | undefined] {
  const match = /^--?([a-z_0-9-]+)(?:=(.*))?$/s.exec(parameter);
  if (match === null) throw new Error(`expected --flag=value, got "${parameter}"`);
  return [match[1] as string, match[2]];
}

function isKnown<Name extends string>(name: string, defaults: Flags<Name>): name is Name {
  return Object.hasOwn(defaults, name);
}
