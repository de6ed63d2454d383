// SPDX-License-Identifier: Apache-2.0
import { createImportSymbol } from "@bufbuild/protoplugin";

const type = (name: string, from: string) => createImportSymbol(name, from, true);
const value = (name: string, from: string) => createImportSymbol(name, from);

const protobuf = "@bufbuild/protobuf";
const codegenv2 = "@bufbuild/protobuf/codegenv2";
const petrel = "petrel/codegen";

/** Where the inits and codecs of the types live that nobody generates for themselves: google.protobuf and google.rpc. */
export const wktModule = "petrel/wkt";

/** The complete list of runtime symbols that generated code may use. */
export const runtime = {
  create: value("create", protobuf),
  JsonObject: type("JsonObject", protobuf),
  Message: type("Message", protobuf),
  UnknownEnum: type("UnknownEnum", protobuf),

  enumDesc: value("enumDesc", codegenv2),
  extDesc: value("extDesc", codegenv2),
  fileDesc: value("fileDesc", codegenv2),
  messageDesc: value("messageDesc", codegenv2),
  serviceDesc: value("serviceDesc", codegenv2),
  GenEnum: type("GenEnum", codegenv2),
  GenExtension: type("GenExtension", codegenv2),
  GenFile: type("GenFile", codegenv2),
  GenMessage: type("GenMessage", codegenv2),
  GenService: type("GenService", codegenv2),

  decodeWithSchema: value("decodeWithSchema", petrel),
  encodeWithSchema: value("encodeWithSchema", petrel),
  messageCodec: value("messageCodec", petrel),
  MessageCodec: type("MessageCodec", petrel),
  Reader: type("Reader", petrel),

  BidiStreamingCall: type("BidiStreamingCall", petrel),
  BidiStreamingMethod: type("BidiStreamingMethod", petrel),
  bidiStreaming: value("bidiStreaming", petrel),
  CallOptions: type("CallOptions", petrel),
  Channel: type("Channel", petrel),
  ClientStreamingCall: type("ClientStreamingCall", petrel),
  ClientStreamingMethod: type("ClientStreamingMethod", petrel),
  clientStreaming: value("clientStreaming", petrel),
  ServerContext: type("ServerContext", petrel),
  ServerStreamingCall: type("ServerStreamingCall", petrel),
  ServerStreamingMethod: type("ServerStreamingMethod", petrel),
  serverStreaming: value("serverStreaming", petrel),
  service: value("service", petrel),
  ServiceDefinition: type("ServiceDefinition", petrel),
  UnaryCall: type("UnaryCall", petrel),
  UnaryMethod: type("UnaryMethod", petrel),
  unary: value("unary", petrel),
  withDefaults: value("withDefaults", petrel),
} as const;
