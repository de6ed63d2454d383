// SPDX-License-Identifier: Apache-2.0
import type { ServerProtocol } from "../protocol.js";
import { metadataOf } from "./metadata.js";
import { readRequest } from "./request.js";
import { responseHead, trailersOnly } from "./response.js";
import { trailers } from "./trailers.js";

/** gRPC over HTTP/2 as a server speaks it. */
export const grpcServer: ServerProtocol = {
  name: "grpc",
  framing: "lengthPrefixed",
  readRequest,
  metadataOf,
  responseHead,
  trailers,
  trailersOnly,
};
