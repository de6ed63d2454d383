// SPDX-License-Identifier: Apache-2.0
import type { CallCredentials } from "../rpc/call-credentials.js";
import { Code, codeName } from "../rpc/code.js";
import { credentialsFailed, libraryStatus } from "../rpc/library-status.js";
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

// gRFC A54: codes that say something of the request, which credentials know nothing of.
const notOfCredentials: ReadonlySet<Code> = new Set<Code>([
  Code.INVALID_ARGUMENT,
  Code.NOT_FOUND,
  Code.ALREADY_EXISTS,
  Code.FAILED_PRECONDITION,
  Code.ABORTED,
  Code.OUT_OF_RANGE,
  Code.DATA_LOSS,
]);

/** The status of a call whose credentials have failed: their own, or UNAUTHENTICATED; INTERNAL for a code that is not theirs to give (gRFC A54). */
export function credentialsStatus(error: unknown): Status {
  if (!(error instanceof StatusError)) return credentialsFailed(error);
  const { code, message } = error;
  if (!notOfCredentials.has(code)) return error.status;
  return libraryStatus(Code.INTERNAL, `call credentials failed with ${codeName(code)}: ${message}`);
}
