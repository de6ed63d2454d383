// SPDX-License-Identifier: Apache-2.0
import { Code, type Peer, StatusError } from "petrel";
import type { GreetingServiceHandlers } from "./gen/greeting/v1/greeting_grpc.js";

const trustDomain = "URI:spiffe://example.org/";

/** Greets the clients of `allowed` by the name in their certificates. */
export function createGreeting(allowed: ReadonlySet<string>): GreetingServiceHandlers {
  return {
    greet(_request, context) {
      const name = nameOf(context.peer);
      if (!allowed.has(name)) throw new StatusError(Code.PERMISSION_DENIED, `${name} may not be greeted`);
      return { text: `hello ${name}` };
    },
  };
}

/** The name that the peer's certificate proves. `authorized` says that our authority vouches for it. */
function nameOf({ tls }: Peer): string {
  const names = tls?.authorized ? (tls.certificate?.subjectAltNames ?? []) : [];
  const id = names.find((name) => name.startsWith(trustDomain));
  if (id === undefined) throw new StatusError(Code.UNAUTHENTICATED, "a client certificate of example.org is required");
  return id.slice(trustDomain.length);
}
