// SPDX-License-Identifier: Apache-2.0

/** gRPC HTTP2: User-Agent, `grpc-language-variant/version`. The version is the package's; a test holds them together. */
export const userAgent = "grpc-typescript-petrel/0.1.0";
