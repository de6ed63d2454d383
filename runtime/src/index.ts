// SPDX-License-Identifier: Apache-2.0
// petrel for runtimes without sockets of Node's kind: everything that is not bound to a platform.
export { createOutbox, type Outbox } from "./call/outbox.js";
export type { CallInfo } from "./call/server-engine.js";
export type { Backoff } from "./client/backoff.js";
export type { ChannelOptions } from "./client/channel-options.js";
export type { Keepalive } from "./client/keepalive.js";
export { schemaCodec, serviceFromSchema } from "./codec/schema.js";
export { fromBytes, toBytes } from "./rpc/bytes.js";
export type {
  BidiStreamingCall,
  CallHandle,
  CallOptions,
  ClientStreamingCall,
  SendOptions,
  ServerStreamingCall,
  UnaryCall,
} from "./rpc/call.js";
export { bearerToken, type CallCredentials, type CredentialsRequest } from "./rpc/call-credentials.js";
export type { Channel } from "./rpc/channel.js";
export { type ChannelCodec, protoCodec } from "./rpc/channel-codec.js";
export type { ChannelStats } from "./rpc/channel-stats.js";
export type { Clock, Timer } from "./rpc/clock.js";
export { Code, codeName } from "./rpc/code.js";
export type { Compression, Compressor, Encoding } from "./rpc/compression.js";
export type { ConnectivityState } from "./rpc/connectivity-state.js";
export { type ContextKey, ContextValues, contextKey } from "./rpc/context-values.js";
export type { HandlersOf } from "./rpc/handlers.js";
export type {
  InterceptedCall,
  InterceptedChanges,
  InterceptedResponse,
  Interceptor,
  Message,
} from "./rpc/interceptor.js";
export { type MessageCodec, messageCodec } from "./rpc/message-codec.js";
export { Metadata, type MetadataInit, type MetadataKey, metadataKey } from "./rpc/metadata.js";
export {
  bytesMethod,
  type Idempotency,
  type Method,
  type MethodInfo,
  type MethodOf,
  type MethodShape,
  type ServiceDefinition,
} from "./rpc/method.js";
export type { Peer, PeerCertificate, TlsIdentity } from "./rpc/peer.js";
export type { ServerContext } from "./rpc/server-context.js";
export type { Status } from "./rpc/status.js";
export { type Attempt, packAny, StatusError, type StatusErrorOptions } from "./rpc/status-error.js";
export type { ClientTls, ServerTls } from "./rpc/tls.js";
export type { ShutdownReport } from "./server/graceful-stop.js";
export type { Server, ServerAddress } from "./server/server.js";
export type { ServerOptions } from "./server/server-options.js";
export type { ServerStats } from "./server/server-stats.js";
export type { Http2Limits } from "./transport/limits.js";
