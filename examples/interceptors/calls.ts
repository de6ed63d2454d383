// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { codeName, contextKey, type InterceptedResponse, type Interceptor, metadataKey, StatusError } from "petrel";

/** The id that follows a request through all services and their logs. */
export const requestId = metadataKey("x-request-id", { parse: String, format: String });

/** The tenant a call is for; a number, on the wire as text. Throws on anything else. */
export const tenant = metadataKey("x-tenant", { parse: parseTenant, format: String });

/** The request id inside this process. */
export const currentRequestId = contextKey<string>("request id");

export interface CallLine {
  readonly side: "client" | "server";
  readonly path: string;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly durationMs: number;
}

/** Logs one line a call, on either side, when it has ended: for a stream that is long after `next` has resolved. */
export function logCalls(write: (line: CallLine) => void): Interceptor {
  return async (call, next) => {
    const startedMs = performance.now();
    const log = (code: number) =>
      write({
        side: call.side,
        path: call.method.path,
        code: codeName(code),
        requestId: call.contextValues.get(currentRequestId),
        durationMs: performance.now() - startedMs,
      });
    let response: InterceptedResponse;
    try {
      response = await next();
    } catch (error) {
      log(StatusError.from(error).code);
      throw error;
    }
    void response.status.then((status) => log(status.code));
    return response;
  };
}

/**
 * Client: sends a request id. In a handler, `{ contextValues: context.contextValues }` makes it the id of the call that
 * is being served. Server: takes the id that came, or makes one, and answers with it.
 */
export const identifyRequests: Interceptor = (call, next) => {
  const id = call.metadata.get(requestId) ?? call.contextValues.get(currentRequestId) ?? randomUUID();
  call.contextValues.set(currentRequestId, id);
  if (call.side === "client") call.metadata.set(requestId, id);
  else call.context?.headers.set(requestId, id);
  return next();
};

function parseTenant(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new TypeError(`tenant must be a number, got ${JSON.stringify(text)}`);
  return Number(text);
}
