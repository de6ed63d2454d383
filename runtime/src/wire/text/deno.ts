// SPDX-License-Identifier: Apache-2.0
// Deno: its Buffer writes slowly and reads quickly, its TextEncoder the other way about.

export { decodeUtf8 } from "./node.js";
export { allocateBytes, encodeUtf8, utf8Bytes } from "./portable.js";
