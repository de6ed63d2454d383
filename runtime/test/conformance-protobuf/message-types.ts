// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from "node:url";
import type { DescExtension, DescFile, DescMessage, Message } from "@bufbuild/protobuf";
import type { MessageCodec } from "petrel";

/** A generated message type: its codec under test, and the descriptor by which protobuf-es handles it. */
export interface MessageType {
  readonly typeName: string;
  readonly codec: MessageCodec<Message>;
  readonly schema: DescMessage;
  /** Makes a complete message from an init. */
  readonly create: (init?: object) => Message;
}

/** What generated modules export. */
export interface LoadedTypes {
  /** By full name, nested types too. */
  readonly types: ReadonlyMap<string, MessageType>;
  readonly files: readonly DescFile[];
  readonly extensions: readonly DescExtension[];
}

/** Loads modules generated at run time, which no import statement can name. Throws when an export of a type is missing. */
export async function loadMessageTypes(modules: readonly string[]): Promise<LoadedTypes> {
  const found: Pick<MessageType, "codec" | "create">[] = [];
  const schemas = new Map<string, DescMessage>();
  const files: DescFile[] = [];
  const extensions: DescExtension[] = [];
  for (const module of modules) {
    const exported: Record<string, unknown> = await import(pathToFileURL(module).href);
    for (const [name, value] of Object.entries(exported)) {
      if (isCodec(value)) found.push({ codec: value, create: creator(exported, name) });
      else if (isDescriptor(value) && value.kind === "message") schemas.set(value.typeName, value);
      else if (isDescriptor(value) && value.kind === "file") files.push(value);
      else if (isDescriptor(value) && value.kind === "extension") extensions.push(value);
    }
  }
  const types = new Map<string, MessageType>();
  for (const { codec, create } of found) {
    const schema = schemas.get(codec.typeName);
    if (schema === undefined) throw new Error(`the codec of ${codec.typeName} comes without its schema`);
    types.set(codec.typeName, { typeName: codec.typeName, codec, schema, create });
  }
  return { types, files, extensions };
}

/** `createUser`, beside `UserCodec`. */
function creator(exported: Record<string, unknown>, codecName: string): MessageType["create"] {
  const create = exported[`create${codecName.replace(/Codec$/, "")}`];
  if (typeof create !== "function") throw new Error(`${codecName} comes without its create function`);
  return create as MessageType["create"];
}

function isCodec(value: unknown): value is MessageCodec<Message> {
  return typeof value === "object" && value !== null && "typeName" in value && "encode" in value && "decode" in value;
}

function isDescriptor(value: unknown): value is DescMessage | DescFile | DescExtension {
  return typeof value === "object" && value !== null && "kind" in value;
}
