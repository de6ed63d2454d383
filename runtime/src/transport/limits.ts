// SPDX-License-Identifier: Apache-2.0

export {
  createHttp2Counters,
  type Http2Counters,
  type Http2LimitName,
  type Http2Limits,
  http2LimitNames,
  resolveHttp2Limits,
} from "../http2/limits.js";
