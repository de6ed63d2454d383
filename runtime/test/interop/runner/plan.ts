// SPDX-License-Identifier: Apache-2.0
import { type BadServerCaseName, badServerCaseNames, type CaseName, caseNames } from "./case-table.js";
import { grpcGoPeer } from "./grpc-go-peer.js";
import { grpcJsPeer } from "./grpc-js-peer.js";
import { grpcioPeer } from "./grpcio-peer.js";
import type { Peer, Security } from "./peer.js";
import { petrelPeer } from "./petrel-peer.js";

const peers: readonly Peer[] = [petrelPeer, grpcJsPeer, grpcGoPeer, grpcioPeer];
const securities: readonly Security[] = ["cleartext", "tls"];
export const badServerName = "bad-server";

/** One client against one server, and the cases to run; `lacks` are those left out, with the reason. */
export interface Pair {
  readonly client: Peer;
  readonly server: Peer;
  readonly security: Security;
  readonly cases: readonly CaseName[];
  readonly lacks: readonly (readonly [CaseName, string])[];
}

/** One client against the bad server. */
export interface BadServerRun {
  readonly client: Peer;
  readonly cases: readonly BadServerCaseName[];
}

export interface Plan {
  readonly pairs: readonly Pair[];
  readonly badServerRuns: readonly BadServerRun[];
}

/**
 * What to run. A filter is `client:server:case:security`, each part a name or `*`, trailing parts may be left out;
 * several filters add up. Without one: every pair that Petrel is part of. Throws on a filter that matches nothing.
 */
export function planRuns(filters: readonly string[]): Plan {
  const wanted = filters.map(parseFilter);
  const plan = { pairs: planPairs(wanted), badServerRuns: planBadServerRuns(wanted) };
  if (plan.pairs.length === 0 && plan.badServerRuns.length === 0) {
    const names = [...peers.map((peer) => peer.name), badServerName].join(", ");
    throw new Error(`--only=${filters.join(" --only=")} matches nothing; client:server:case:security, peers ${names}`);
  }
  return plan;
}

function planPairs(filters: readonly Filter[]): Pair[] {
  const pairs: Pair[] = [];
  for (const server of peers) {
    for (const security of securities) {
      for (const client of peers) {
        const names = caseNames.filter((name) => isWanted(filters, client, server.name, name, security));
        if (names.length === 0) continue;
        const reasons = { ...client.clientLacks, ...server.serverLacks };
        const lacks = names.flatMap((name) => (reasons[name] === undefined ? [] : [[name, reasons[name]] as const]));
        pairs.push({ client, server, security, cases: names.filter((name) => reasons[name] === undefined), lacks });
      }
    }
  }
  return pairs;
}

function planBadServerRuns(filters: readonly Filter[]): BadServerRun[] {
  return peers.flatMap((client) => {
    const names = badServerCaseNames.filter(
      (name) =>
        client.badServerClient(name, 0) !== undefined && isWanted(filters, client, badServerName, name, "cleartext"),
    );
    return names.length === 0 ? [] : [{ client, cases: names }];
  });
}

type Filter = readonly [client: string, server: string, testCase: string, security: string];

function parseFilter(text: string): Filter {
  const parts = text.split(":");
  if (parts.length > 4) throw new Error(`--only takes client:server:case:security, got "${text}"`);
  const part = (i: number) => parts[i] || "*";
  return [part(0), part(1), part(2), part(3)];
}

function isWanted(filters: readonly Filter[], client: Peer, server: string, name: string, security: string): boolean {
  if (filters.length === 0) return client === petrelPeer || server === petrelPeer.name;
  const facts = [client.name, server, name, security];
  return filters.some((filter) => filter.every((part, i) => part === "*" || part === facts[i]));
}
