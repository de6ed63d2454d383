// SPDX-License-Identifier: Apache-2.0
/**
 * The program that protobuf's conformance runner tests: reads a ConformanceRequest from stdin, answers with a
 * ConformanceResponse on stdout, and so on until stdin ends. Its arguments are the modules of generated codecs.
 * Binary payloads, and these messages themselves, go through the codecs; JSON and text through protobuf-es.
 */
import { createRegistry, fromJsonString, type Message, toJsonString } from "@bufbuild/protobuf";
import { fromText, toText } from "@bufbuild/protobuf/txtpb";
import { fromBytes, toBytes } from "petrel";
import { readFrames, writeFrame } from "../conformance/frame.js";
import { loadMessageTypes, type MessageType } from "./message-types.js";

/** conformance.WireFormat. */
const format = { protobuf: 1, json: 2, text: 4 } as const;
/** conformance.TestCategory.JSON_IGNORE_UNKNOWN_PARSING_TEST. */
const ignoreUnknownJson = 3;

/** As much of conformance.ConformanceRequest as is read here. */
interface ConformanceRequest extends Message {
  readonly payload:
    | { readonly case: "protobufPayload"; readonly value: Uint8Array }
    | { readonly case: "jsonPayload" | "textPayload" | "jspbPayload"; readonly value: string }
    | { readonly case: undefined };
  readonly requestedOutputFormat: number;
  readonly messageType: string;
  readonly testCategory: number;
  readonly printUnknownFields: boolean;
}

type Result =
  | { readonly case: "protobufPayload"; readonly value: Uint8Array }
  | {
      readonly case: "parseError" | "serializeError" | "jsonPayload" | "textPayload" | "skipped";
      readonly value: string;
    };

const { types, files } = await loadMessageTypes(process.argv.slice(2));
// With what they import: an Any holds well-known types, too.
const registry = createRegistry(...files, ...files.flatMap(({ dependencies }) => dependencies));
const requestType = typeNamed("conformance.ConformanceRequest");
const responseType = typeNamed("conformance.ConformanceResponse");

for await (const frame of readFrames(process.stdin, true)) {
  const request = fromBytes(requestType.codec, frame) as ConformanceRequest;
  const response = { $typeName: responseType.typeName, result: answer(request) };
  await writeFrame(process.stdout, toBytes(responseType.codec, response), true);
}

function answer(request: ConformanceRequest): Result {
  if (request.payload.case === "jspbPayload") return { case: "skipped", value: "JSPB is Google's own" };
  const type = typeNamed(request.messageType);
  let message: Message;
  try {
    message = parse(type, request);
  } catch (error) {
    return { case: "parseError", value: String(error) };
  }
  try {
    return serialize(type, message, request);
  } catch (error) {
    return { case: "serializeError", value: String(error) };
  }
}

function parse({ codec, schema }: MessageType, { payload, testCategory }: ConformanceRequest): Message {
  switch (payload.case) {
    case "protobufPayload":
      return fromBytes(codec, payload.value);
    case "jsonPayload":
      return fromJsonString(schema, payload.value, {
        registry,
        ignoreUnknownFields: testCategory === ignoreUnknownJson,
      });
    case "textPayload":
      return fromText(schema, payload.value, { registry });
    default:
      throw new Error(`a payload of ${payload.case}`);
  }
}

function serialize({ codec, schema }: MessageType, message: Message, request: ConformanceRequest): Result {
  switch (request.requestedOutputFormat) {
    case format.protobuf:
      return { case: "protobufPayload", value: toBytes(codec, message) };
    case format.json:
      return { case: "jsonPayload", value: toJsonString(schema, message, { registry }) };
    case format.text: {
      const { printUnknownFields } = request;
      return { case: "textPayload", value: toText(schema, message, { registry, printUnknownFields }) };
    }
    default:
      return { case: "skipped", value: `output format ${request.requestedOutputFormat}` };
  }
}

function typeNamed(typeName: string): MessageType {
  const type = types.get(typeName);
  if (type === undefined) throw new Error(`no codec was generated for ${typeName}`);
  return type;
}
