// SPDX-License-Identifier: Apache-2.0
import type { FuzzPart } from "./fuzz-part.js";
import { FrameMutation } from "./m1-frames.js";
import { hpackBlocks, hpackSync, huffmanStrings } from "./m2-hpack.js";
import { FrameOutcomes } from "./m3-states.js";
import { binaryMetadata, brokenEscapes, messagePrefixes, statusCodes, statusMessages, timeouts } from "./m4-grpc.js";
import { actionSequences } from "./m8-model.js";

/** Every part, in the order it runs. */
export function fuzzParts(): FuzzPart[] {
  return [
    new FrameMutation(),
    hpackBlocks,
    hpackSync,
    huffmanStrings,
    new FrameOutcomes(),
    messagePrefixes,
    timeouts,
    statusMessages,
    brokenEscapes,
    binaryMetadata,
    statusCodes,
    actionSequences,
  ];
}
