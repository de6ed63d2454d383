// SPDX-License-Identifier: Apache-2.0
import { type CodecKind, codecKinds } from "./codec/kind.js";
import { GenerateError } from "./generate-error.js";

/** What the user chose, in the terms of protoplugin. */
export interface Options {
  readonly targets: readonly string[];
  readonly importExtension: string;
  readonly codec: CodecKind;
}

const acceptedTargets = ["ts", "js", "dts"];
const acceptedImportExtensions = ["js", "ts", "none"];

/**
 * Reads the plugin's parameter, `target=js+dts,import_extension=ts`. Defaults: target ts, import_extension js,
 * codec speed.
 * Throws a GenerateError that names the option, the value found and what is accepted.
 */
export function parseOptions(parameter: string): Options {
  let targets: readonly string[] | undefined;
  let importExtension: string | undefined;
  let codec: CodecKind | undefined;
  for (const option of parameter === "" ? [] : parameter.split(",")) {
    const equals = option.indexOf("=");
    const key = equals < 0 ? option : option.slice(0, equals);
    const value = equals < 0 ? "" : option.slice(equals + 1);
    switch (key) {
      case "target":
        if (targets !== undefined) throw new GenerateError("option target is given twice");
        targets = parseTargets(value);
        break;
      case "import_extension":
        if (importExtension !== undefined) throw new GenerateError("option import_extension is given twice");
        importExtension = parseImportExtension(value);
        break;
      case "codec":
        if (codec !== undefined) throw new GenerateError("option codec is given twice");
        codec = parseCodec(value);
        break;
      default:
        throw new GenerateError(
          `unknown option ${JSON.stringify(key)}: protoc-gen-petrel accepts target, import_extension and codec`,
        );
    }
  }
  return { targets: targets ?? ["ts"], importExtension: importExtension ?? "js", codec: codec ?? "speed" };
}

/** What of the choice protoplugin reads, as its parameter. */
export function formatOptions(options: Options): string {
  return `target=${options.targets.join("+")},import_extension=${options.importExtension}`;
}

function parseTargets(value: string): readonly string[] {
  const targets = value.split("+");
  if (!targets.every((target) => acceptedTargets.includes(target))) {
    throw new GenerateError(
      `option target must be ts, js, dts or several joined by "+" (js+dts), got ${JSON.stringify(value)}`,
    );
  }
  return [...new Set(targets)];
}

function parseCodec(value: string): CodecKind {
  const codec = codecKinds.find((kind) => kind === value);
  if (codec === undefined) {
    throw new GenerateError(`option codec must be speed, size or none, got ${JSON.stringify(value)}`);
  }
  return codec;
}

function parseImportExtension(value: string): string {
  const extension = value.startsWith(".") ? value.slice(1) : value;
  if (!acceptedImportExtensions.includes(extension)) {
    throw new GenerateError(`option import_extension must be js, ts or none, got ${JSON.stringify(value)}`);
  }
  return extension;
}
