// SPDX-License-Identifier: Apache-2.0
import type { ClientTls } from "../rpc/tls.js";
import { checkKeys, invalidOption } from "./option-check.js";
import type { Target } from "./target.js";

const names: readonly (keyof ClientTls)[] = ["ca", "cert", "key", "serverName", "minVersion", "checkServerIdentity"];

/**
 * The `tls` option; undefined is cleartext. Secure by default: only a target that stays on this machine may leave it
 * unsaid. Throws a TypeError that says what to write.
 */
export function resolveTls(tls: boolean | ClientTls | undefined, target: Target): ClientTls | undefined {
  if (tls === undefined) {
    if (target.reach === "local") return undefined;
    throw new TypeError(
      `channel to ${JSON.stringify(target.text)} leaves this machine: write tls: true (or tls: { ca, … }) to encrypt, or tls: false for cleartext`,
    );
  }
  if (tls === false) return undefined;
  if (tls === true) return {};
  if (typeof tls !== "object" || tls === null) throw invalidOption("tls", tls, "true, false or an object");
  checkKeys("tls", tls, names);
  for (const name of ["ca", "cert", "key"] as const) {
    const value: unknown = tls[name];
    if (value === undefined || typeof value === "string" || value instanceof Uint8Array) continue;
    throw invalidOption(`tls.${name}`, value, "PEM text or bytes");
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const [present, missing] = tls.key === undefined ? ["cert", "key"] : ["key", "cert"];
    throw new TypeError(`channel option tls.${present} needs tls.${missing} beside it`);
  }
  if (tls.serverName !== undefined && (typeof tls.serverName !== "string" || tls.serverName === "")) {
    throw invalidOption("tls.serverName", tls.serverName, "a host name");
  }
  if (tls.minVersion !== undefined && tls.minVersion !== "TLSv1.2" && tls.minVersion !== "TLSv1.3") {
    throw invalidOption("tls.minVersion", tls.minVersion, '"TLSv1.2" or "TLSv1.3"');
  }
  if (tls.checkServerIdentity !== undefined && typeof tls.checkServerIdentity !== "function") {
    throw invalidOption("tls.checkServerIdentity", tls.checkServerIdentity, "a function");
  }
  return tls;
}
