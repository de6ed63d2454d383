// SPDX-License-Identifier: Apache-2.0
import {
  create,
  createRegistry,
  type DescFile,
  type DescMessage,
  type DescService,
  fromJsonString,
  type Message,
  mergeFromJsonString,
  type Registry,
  toJsonString,
} from "@bufbuild/protobuf";
import type { ChannelCodec } from "../rpc/channel-codec.js";
import type { MessageCodec } from "../rpc/message-codec.js";
import type { ServiceDefinition } from "../rpc/method.js";
import { bufferOverflow } from "../wire/buffer-overflow.js";

/** Where JSON finds the types it writes: services of ours or protobuf-es's, messages, whole files, with all they import. */
export type JsonSchemas = Registry | readonly (ServiceDefinition | DescService | DescMessage | DescFile)[];

/** How messages are written as JSON (ProtoJSON). */
export interface JsonCodecOptions {
  /** Skip fields and enum values the schema does not know instead of failing. Default true: peers may be newer. */
  readonly ignoreUnknownFields?: boolean | undefined;
  /** Write fields that have their default value. Default false. */
  readonly alwaysEmitImplicit?: boolean | undefined;
  /** Write enum values as numbers. Default false. */
  readonly enumAsInteger?: boolean | undefined;
  /** Write `full_name` instead of `fullName`. Default false. Both are read. */
  readonly useProtoFieldName?: boolean | undefined;
}

/**
 * Messages as JSON, `application/grpc+json`: `createChannel(target, { codec: jsonCodec([UserService]) })`. Puts the
 * schemas into the bundle. A call whose types are not among them fails with an error that names the type.
 */
export function jsonCodec(schemas: JsonSchemas, options?: JsonCodecOptions): ChannelCodec {
  return new JsonCodec(schemas, options ?? {});
}

/** The JSON form of a service on the server; undefined for one that has no schema. The same one for the same service. */
export function jsonCodecOf(service: ServiceDefinition): ChannelCodec | undefined {
  if (service.schema === undefined) return undefined;
  let codec = codecsOfServices.get(service);
  if (codec === undefined) {
    codec = jsonCodec([service]);
    codecsOfServices.set(service, codec);
  }
  return codec;
}

const codecsOfServices = new WeakMap<ServiceDefinition, ChannelCodec>();
const optionNames = ["ignoreUnknownFields", "alwaysEmitImplicit", "enumAsInteger", "useProtoFieldName"];
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true });

type AnyCodec = MessageCodec<never, never>;

class JsonCodec implements ChannelCodec {
  readonly name = "json";
  readonly #schemas: JsonSchemas;
  readonly #options: JsonCodecOptions;
  readonly #codecs = new WeakMap<object, AnyCodec>();
  #registry: Registry | undefined;

  constructor(schemas: JsonSchemas, options: JsonCodecOptions) {
    if (!isRegistry(schemas) && !Array.isArray(schemas)) {
      throw new TypeError("jsonCodec takes a list of services, messages or files, or a registry");
    }
    for (const [name, value] of Object.entries(options)) {
      if (!optionNames.includes(name)) {
        throw new TypeError(`unknown option ${name} of jsonCodec, expected ${optionNames.join(", ")}`);
      }
      if (value !== undefined && typeof value !== "boolean") {
        throw new TypeError(`option ${name} of jsonCodec must be true or false, got ${JSON.stringify(value)}`);
      }
    }
    this.#schemas = schemas;
    this.#options = options;
  }

  codecFor<T, I>(codec: MessageCodec<T, I>): MessageCodec<T, I> {
    if (codec.typeName === "") return codec; // Raw bytes are whatever the caller made of them.
    let made = this.#codecs.get(codec) as MessageCodec<T, I> | undefined;
    if (made === undefined) {
      // The registry is filled when first asked, so that a service's lazy schema stays lazy.
      this.#registry ??= isRegistry(this.#schemas) ? this.#schemas : registryOf(this.#schemas);
      const schema = this.#registry.getMessage(codec.typeName);
      if (schema === undefined) {
        throw new Error(`jsonCodec has no schema of ${codec.typeName}: add its service, message or file to the list`);
      }
      made = jsonMessageCodec(schema, this.#registry, this.#options) as unknown as MessageCodec<T, I>;
      this.#codecs.set(codec, made as unknown as AnyCodec);
    }
    return made;
  }
}

function jsonMessageCodec(schema: DescMessage, registry: Registry, options: JsonCodecOptions): MessageCodec<Message> {
  const readOptions = { registry, ignoreUnknownFields: options.ignoreUnknownFields ?? true };
  const writeOptions = {
    registry,
    alwaysEmitImplicit: options.alwaysEmitImplicit ?? false,
    enumAsInteger: options.enumAsInteger ?? false,
    useProtoFieldName: options.useProtoFieldName ?? false,
  };
  return {
    typeName: schema.typeName,
    encode(buffer, message, position) {
      const json = toJsonString(schema, create(schema, message), writeOptions);
      const { read, written } = utf8.encodeInto(json, buffer.subarray(position));
      // Three octets for a UTF-16 unit are the most there can be.
      if (read < json.length) throw bufferOverflow(position + json.length * 3);
      return position + written;
    },
    decode(reader, end, into) {
      const json = text.decode(reader.bytes.subarray(reader.position, end));
      reader.position = end;
      return into === undefined
        ? fromJsonString(schema, json, readOptions)
        : mergeFromJsonString(schema, into, json, readOptions);
    },
  };
}

function isRegistry(schemas: JsonSchemas): schemas is Registry {
  return "kind" in schemas && schemas.kind === "registry";
}

// Imports are included: a field's type, or what an Any holds, may be there.
function registryOf(schemas: Exclude<JsonSchemas, Registry>): Registry {
  const files = new Set<DescFile>();
  const add = (file: DescFile): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const dependency of file.dependencies) add(dependency);
  };
  for (const schema of schemas) {
    if (!("kind" in schema)) {
      const service = schema.schema?.();
      if (service === undefined) throw new Error(`service ${schema.typeName} has no schema, which JSON needs`);
      add(service.file);
    } else {
      add(schema.kind === "file" ? schema : schema.file);
    }
  }
  return createRegistry(...files);
}
