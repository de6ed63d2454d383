// SPDX-License-Identifier: Apache-2.0
import type { DescEnum, DescFile, DescMessage } from "@bufbuild/protobuf";
import { wktPublicImportPaths } from "@bufbuild/protobuf/codegenv2";
import type { GeneratedFile, ImportSymbol, Printable } from "@bufbuild/protoplugin";
import { createImportSymbol } from "@bufbuild/protoplugin";
import type { CodecKind } from "./codec/kind.js";
import { docComment } from "./comments.js";
import { type DescType, descriptorName, type MessageNames, messageNames, namesOf, shapeName } from "./names.js";
import { wktModule } from "./runtime-imports.js";

/** The files of google.rpc that `petrel/wkt` holds, for those who import them without generating them. */
export const rpcFiles: readonly string[] = ["google/rpc/code", "google/rpc/error_details", "google/rpc/status"];

/** Prints into one generated file and knows where every other generated symbol is imported from. */
export class Emitter {
  readonly #file: GeneratedFile;
  readonly #path: string;
  readonly #generated: ReadonlySet<string>;
  readonly #wktModuleOf: (file: DescFile) => string;
  /** How the messages of this file are read and written. */
  readonly codec: CodecKind;
  readonly #used = new Set<DescType>();

  /**
   * `path` is the file's own import path, `generated` the names of all files of this run: those of google.* among them
   * are not taken from the packages. `wktModuleOf` says where our part of theirs is, by default `petrel/wkt`.
   */
  constructor(
    file: GeneratedFile,
    path: string,
    generated: ReadonlySet<string>,
    codec: CodecKind,
    wktModuleOf: (file: DescFile) => string = () => wktModule,
  ) {
    this.#file = file;
    this.codec = codec;
    this.#wktModuleOf = wktModuleOf;
    this.#path = path;
    this.#generated = generated;
  }

  print(...line: Printable[]): void {
    this.#file.print(...line);
  }

  /** A doc comment above what is printed next. */
  doc(text: string, indentation?: string): void {
    const comment = docComment(text, indentation);
    if (comment !== "") this.#file.print(comment.slice(0, -1));
  }

  /** The words `export kind name`; the name is then taken in this file, and imports of the same name get an alias. */
  exported(kind: string, name: string): Printable {
    return this.#file.export(kind, name);
  }

  /** A type of the language. An import of the same name, a message called Promise say, gets an alias. */
  global(name: "AsyncIterable" | "Iterable" | "Promise"): ImportSymbol {
    return createImportSymbol(name, this.#path, true);
  }

  /** The type of a message or enum. */
  shape(type: DescMessage | DescEnum): ImportSymbol {
    return createImportSymbol(shapeName(type), this.#moduleOf(type.file), true);
  }

  /** The descriptor of a type, `UserSchema`, as a value. */
  descriptor(type: DescType): ImportSymbol {
    return createImportSymbol(descriptorName(type), this.#moduleOf(type.file));
  }

  fileDescriptor(file: DescFile): ImportSymbol {
    return createImportSymbol(namesOf(file).file, this.#moduleOf(file));
  }

  /** What we give a message beside what protoc-gen-es gives: `UserInit` as a type, the rest as values. */
  companion(message: DescMessage, which: keyof MessageNames): ImportSymbol {
    const { file } = message;
    const inPackage =
      !this.#generated.has(file.name) && (file.proto.name in wktPublicImportPaths || rpcFiles.includes(file.name));
    const module = inPackage ? this.#wktModuleOf(file) : modulePath(file);
    return createImportSymbol(messageNames(message)[which], module, which === "init");
  }

  /** True the first time that a type is asked for in this file: what it needs once is printed then. */
  firstUse(type: DescType): boolean {
    if (this.#used.has(type)) return false;
    this.#used.add(type);
    return true;
  }

  #moduleOf(file: DescFile): string {
    if (!this.#generated.has(file.name)) {
      const wellKnown = wktPublicImportPaths[file.proto.name];
      if (wellKnown !== undefined) return wellKnown;
      if (rpcFiles.includes(file.name)) return wktModule;
    }
    return modulePath(file);
  }
}

function modulePath(file: DescFile): string {
  return `./${file.name}_pb.js`;
}
