// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { GenService } from "@bufbuild/protobuf/codegenv2";
import type { ServiceDefinition } from "./method.js";
import type { ServerContext } from "./server-context.js";

type Result<T> = T | Promise<T>;

/** The handlers' interface of a service: the generated one, or derived from a protobuf-es GenService. */
export type HandlersOf<S> =
  S extends ServiceDefinition<infer H>
    ? H
    : S extends GenService<infer M>
      ? { [K in keyof M]: GenHandler<M[K]> }
      : never;

type GenHandler<M> = M extends {
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
  methodKind: infer K;
}
  ? K extends "unary"
    ? (request: MessageShape<I>, context: ServerContext) => Result<MessageInitShape<O>>
    : K extends "server_streaming"
      ? (
          request: MessageShape<I>,
          context: ServerContext,
        ) => AsyncIterable<MessageInitShape<O>> | Iterable<MessageInitShape<O>>
      : K extends "client_streaming"
        ? (requests: AsyncIterable<MessageShape<I>>, context: ServerContext) => Result<MessageInitShape<O>>
        : (requests: AsyncIterable<MessageShape<I>>, context: ServerContext) => AsyncIterable<MessageInitShape<O>>
  : never;
