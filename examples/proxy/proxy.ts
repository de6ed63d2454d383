// SPDX-License-Identifier: Apache-2.0
import { bytesMethod, type Channel, createServer, type Server } from "petrel";

/** A server that passes every call on to `backend`, whatever its service, without reading a message. */
export function createProxy(backend: Channel): Server {
  return createServer().setFallback(async function* (requests, context) {
    // Any shape fits into this one: on the wire they differ only in how many messages there are.
    const method = bytesMethod(context.method.path, "bidiStreaming");
    // Deadline and cancellation pass by themselves, as for every call made in a handler.
    const call = backend.call(method, requests, { metadata: context.metadata });
    context.headers.merge(await call.headers);
    context.sendHeaders();
    yield* call; // a failed call throws its StatusError here: status, details and trailers go on as they are
    context.trailers.merge(await call.trailers);
  });
}
