// SPDX-License-Identifier: Apache-2.0
import type { MetadataInit } from "./metadata.js";
import type { MethodInfo } from "./method.js";

/** What a call is about to reach, for credentials that depend on it. */
export interface CredentialsRequest {
  /** `https://authority/package.Service`, the audience of JWT credentials. */
  readonly serviceUrl: string;
  readonly method: MethodInfo;
  readonly signal: AbortSignal;
}

/**
 * Adds metadata that proves who is calling. Asked once per call, never over plaintext: there the call fails
 * UNAUTHENTICATED without leaving. A rejection ends the call with UNAUTHENTICATED, or with its StatusError.
 */
export interface CallCredentials {
  metadata(request: CredentialsRequest): MetadataInit | Promise<MetadataInit>;
}

/** `authorization: Bearer …` from a token or a function that gives a fresh one. */
export function bearerToken(token: string | (() => string | Promise<string>)): CallCredentials {
  return {
    async metadata() {
      return { authorization: `Bearer ${typeof token === "string" ? token : await token()}` };
    },
  };
}
