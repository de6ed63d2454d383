// SPDX-License-Identifier: Apache-2.0
// The contract with generated code: wire/ and rpc/ alone. A change here needs a decision record.

export {
  type BidiStreamingCall,
  type CallOptions,
  type ClientStreamingCall,
  type ServerStreamingCall,
  type UnaryCall,
  withDefaults,
} from "./rpc/call.js";
export type { Channel } from "./rpc/channel.js";
export { type MessageCodec, messageCodec } from "./rpc/message-codec.js";
export {
  type BidiStreamingMethod,
  bidiStreaming,
  type ClientStreamingMethod,
  clientStreaming,
  type ServerStreamingMethod,
  type ServiceDefinition,
  serverStreaming,
  service,
  type UnaryMethod,
  unary,
} from "./rpc/method.js";
export type { ServerContext } from "./rpc/server-context.js";
export { BufferOverflow, bufferOverflow } from "./wire/buffer-overflow.js";
export { Reader } from "./wire/reader.js";
export { decodeWithSchema, encodeWithSchema } from "./wire/schema-codec.js";
