// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import type { HandlersOf } from "../rpc/handlers.js";
import { type MessageCodec, messageCodec } from "../rpc/message-codec.js";
import {
  bidiStreaming,
  clientStreaming,
  type Idempotency,
  type ServiceDefinition,
  serverStreaming,
  service,
  unary,
} from "../rpc/method.js";
import { decodeWithSchema, encodeWithSchema } from "../wire/schema-codec.js";

/**
 * A codec for a message type of which there is only a protobuf-es schema (protoc-gen-es, a descriptor read at run time).
 * The same one for the same schema. Slower than a generated codec: protobuf-es does the work.
 */
export function schemaCodec<D extends DescMessage>(schema: D): MessageCodec<MessageShape<D>, MessageInitShape<D>> {
  let codec = codecs.get(schema) as unknown as MessageCodec<MessageShape<D>, MessageInitShape<D>> | undefined;
  if (codec === undefined) {
    codec = messageCodec<MessageShape<D>, MessageInitShape<D>>(
      schema.typeName,
      (buffer, message, position) => encodeWithSchema(schema, buffer, message, position),
      (reader, end, into) => decodeWithSchema(schema, reader, end, into),
    );
    codecs.set(schema, codec as unknown as MessageCodec<never, never>);
  }
  return codec;
}

/**
 * The definition of a service of which there is only a protobuf-es schema, so that a server can carry it. Methods have
 * protobuf-es's local names; of two with one name the later takes `$`. The same one for the same schema.
 */
export function serviceFromSchema<M extends GenServiceMethods>(
  schema: GenService<M>,
): ServiceDefinition<HandlersOf<GenService<M>>>;
export function serviceFromSchema(schema: DescService): ServiceDefinition;
export function serviceFromSchema(schema: DescService): unknown {
  let definition = definitions.get(schema);
  if (definition === undefined) {
    // Without a prototype: a method may be called `constructor`.
    const methods: Record<string, unknown> = Object.create(null);
    for (const method of schema.methods) {
      let localName = method.localName;
      while (localName in methods) localName += "$";
      methods[localName] = methodFromSchema(method);
    }
    definition = service<unknown>(schema.typeName, methods, () => schema);
    definitions.set(schema, definition);
  }
  return definition;
}

/** True for a protobuf-es service schema, false for a definition of ours. */
export function isServiceSchema(value: ServiceDefinition | DescService): value is DescService {
  return "kind" in value && value.kind === "service";
}

const codecs = new WeakMap<DescMessage, MessageCodec<never, never>>();
const definitions = new WeakMap<DescService, ServiceDefinition>();
const idempotencyLevels: readonly Idempotency[] = ["unknown", "noSideEffects", "idempotent"];

function methodFromSchema(method: DescMethod): unknown {
  const path = `/${method.parent.typeName}/${method.name}`;
  const request = schemaCodec(method.input);
  const response = schemaCodec(method.output);
  const options = { idempotency: idempotencyLevels[method.idempotency] };
  switch (method.methodKind) {
    case "unary":
      return unary(path, request, response, options);
    case "server_streaming":
      return serverStreaming(path, request, response, options);
    case "client_streaming":
      return clientStreaming(path, request, response, options);
    case "bidi_streaming":
      return bidiStreaming(path, request, response, options);
  }
}
