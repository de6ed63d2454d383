// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from "node:url";
import type { DescExtension, DescFile, DescMessage, Message } from "@bufbuild/protobuf";
import type { MessageCodec } from "petrel";

/** A generated message type: its codec under test, and the descriptor by which protobuf-es handles it. */
export interface MessageType {
  readonly typeName: string;
  readonly codec: MessageCodec<Message>;
  readonly schema: DescMessage;
}

/** What generated modules export. */
export interface LoadedTypes {
  /** By full name, nested types too. */
  readonly types: ReadonlyMap<string, MessageType>;
  readonly files: readonly DescFile[];
  readonly extensions: readonly DescExtension[];
}

/** Loads modules generated at run time, which no import statement can name. Throws when a codec has no schema. */
export async function loadMessageTypes(modules: readonly string[]): Promise<LoadedTypes> {
  const codecs: MessageCodec<Message>[] = [];
  const schemas = new Map<string, DescMessage>();
  const files: DescFile[] = [];
  const extensions: DescExtension[] = [];
  for (const module of modules) {
    const exported: Record<string, unknown> = await import(pathToFileURL(module).href);
    for (const value of Object.values(exported)) {
      if (isCodec(value)) codecs.push(value);
      else if (isDescriptor(value) && value.kind === "message") schemas.set(value.typeName, value);
      else if (isDescriptor(value) && value.kind === "file") files.push(value);
      else if (isDescriptor(value) && value.kind === "extension") extensions.push(value);
    }
  }
  const types = new Map<string, MessageType>();
  for (const codec of codecs) {
    const schema = schemas.get(codec.typeName);
    if (schema === undefined) throw new Error(`the codec of ${codec.typeName} comes without its schema`);
    types.set(codec.typeName, { typeName: codec.typeName, codec, schema });
  }
  return { types, files, extensions };
}

function isCodec(value: unknown): value is MessageCodec<Message> {
  return typeof value === "object" && value !== null && "typeName" in value && "encode" in value && "decode" in value;
}

function isDescriptor(value: unknown): value is DescMessage | DescFile | DescExtension {
  return typeof value === "object" && value !== null && "kind" in value;
}
