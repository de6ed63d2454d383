// SPDX-License-Identifier: Apache-2.0
import type { ClientProtocol } from "../protocol.js";
import { metadataOf } from "./metadata.js";
import { GrpcRequestHeads } from "./request-heads.js";
import { resetStatus } from "./reset-code.js";
import { readResponse } from "./response.js";
import { readTrailers } from "./trailers.js";

/** gRPC over HTTP/2 as a client speaks it. */
export const grpcClient: ClientProtocol = {
  name: "grpc",
  framing: "lengthPrefixed",
  requestHeads: (target) => new GrpcRequestHeads(target),
  readResponse,
  readTrailers,
  metadataOf,
  resetStatus,
};
