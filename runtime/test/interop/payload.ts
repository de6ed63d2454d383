// SPDX-License-Identifier: Apache-2.0
import type { PayloadInit } from "./gen/grpc/testing/messages_pb.js";

/** Sizes in bytes that the interop descriptions fix. */
export const largeRequestBytes = 271_828;
export const largeResponseBytes = 314_159;
export const requestSizes: readonly number[] = [27_182, 8, 1_828, 45_904];
export const responseSizes: readonly number[] = [31_415, 9, 2_653, 58_979];

export const initialMetadataName = "x-grpc-test-echo-initial";
export const trailingMetadataName = "x-grpc-test-echo-trailing-bin";

/** A payload of `bytes` zero bytes, type COMPRESSABLE. */
export function zeroPayload(bytes: number): PayloadInit {
  return { body: new Uint8Array(bytes) };
}
