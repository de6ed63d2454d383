// SPDX-License-Identifier: Apache-2.0
import type { CallCredentials } from "../rpc/call-credentials.js";
import { credentialsFailed } from "../rpc/library-status.js";
import { Metadata } from "../rpc/metadata.js";
import type { Method, MethodInfo } from "../rpc/method.js";
import type { Status } from "../rpc/status.js";
import { StatusError } from "../rpc/status-error.js";
import type { ClientEngine } from "./client-engine.js";

/** What credentials add to a call's metadata. Rejects with what they fail with, even where they throw it at once. */
export async function credentialMetadata(
  credentials: CallCredentials,
  engine: ClientEngine,
  method: Method,
  signal: AbortSignal,
): Promise<Metadata> {
  const serviceUrl = `https://${engine.authority}/${method.service}`;
  return new Metadata(await credentials.metadata({ serviceUrl, method: method as MethodInfo, signal }));
}

/** The status of a call whose credentials have failed: their own, or UNAUTHENTICATED. */
export function credentialsStatus(error: unknown): Status {
  return error instanceof StatusError ? error.status : credentialsFailed(error);
}
