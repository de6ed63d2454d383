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
export { decodeJsonObject, encodeJsonObject } from "./wire/json-struct.js";
export { boolKey, mapValues, numberKey, setEntry } from "./wire/map.js";
export { noBytes } from "./wire/own-bytes.js";
export {
  readPackedBool,
  readPackedDouble,
  readPackedFixed32,
  readPackedFixed64,
  readPackedFloat,
  readPackedInt32,
  readPackedInt64,
  readPackedSfixed32,
  readPackedSfixed64,
  readPackedSint32,
  readPackedSint64,
  readPackedUint32,
  readPackedUint64,
} from "./wire/read-packed.js";
export { Reader, type UnknownField } from "./wire/reader.js";
export { decodeWithSchema, encodeWithSchema } from "./wire/schema-codec.js";
export { readWrapped } from "./wire/wrapper.js";
export { writeBytes } from "./wire/write-bytes.js";
export { beginMessage, endMessage, writeTag } from "./wire/write-message.js";
export {
  writePackedBool,
  writePackedDouble,
  writePackedFixed32,
  writePackedFixed64,
  writePackedFloat,
  writePackedInt32,
  writePackedInt64,
  writePackedSfixed32,
  writePackedSfixed64,
  writePackedSint32,
  writePackedSint64,
  writePackedUint32,
  writePackedUint64,
} from "./wire/write-packed.js";
export {
  writeBool,
  writeDouble,
  writeFixed32,
  writeFixed64,
  writeFloat,
  writeInt32,
  writeInt64,
  writeSfixed32,
  writeSfixed64,
  writeSint32,
  writeSint64,
  writeUint32,
  writeUint64,
} from "./wire/write-scalar.js";
export { writeString } from "./wire/write-text.js";
export { writeUnknown } from "./wire/write-unknown.js";
export { checkMessage, requiredFieldNotSet } from "./wire/wrong-value.js";
