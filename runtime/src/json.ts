// SPDX-License-Identifier: Apache-2.0
// petrel/json: messages as JSON on a channel. Asked for by import, because it brings schemas into a bundle.
export { type JsonCodecOptions, type JsonSchemas, jsonCodec } from "./codec/json.js";
export type { ChannelCodec } from "./rpc/channel-codec.js";
