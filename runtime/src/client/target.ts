// SPDX-License-Identifier: Apache-2.0
import type { SocketAddress } from "../transport/socket.js";
import { isIpv4, isIpv6, isLoopback } from "./ip-address.js";

/** Where a channel connects to, as gRPC names it (gRPC naming). */
export interface Target {
  readonly scheme: "dns" | "ipv4" | "ipv6" | "unix" | "in-process";
  /** Canonical: `dns:///host:443`, `ipv4:10.0.0.1:50051`, `unix:/run/x.sock`. */
  readonly text: string;
  /** What to dial, in order. A `dns` host is resolved by the platform as it dials. */
  readonly addresses: readonly SocketAddress[];
  /** `:authority` of requests: host and port as written, "localhost" for a Unix socket. */
  readonly authority: string;
  /** Loopback and Unix sockets are "local": cleartext is safe there. */
  readonly reach: "local" | "network";
}

/** Port of a target that names none (gRPC naming). */
const defaultPort = 443;
const acceptedForms = "host:port, dns:///host:port, ipv4:a.b.c.d:port, ipv6:[addr]:port or unix:path";

/**
 * Parses `host:port`, `host`, `dns:///host:port`, `ipv4:a:p,b:p`, `ipv6:[a]:p` and `unix:path`. Throws a TypeError that
 * names the target, what is wrong with it and the form to write.
 */
export function parseTarget(target: string): Target {
  if (typeof target !== "string" || target === "") {
    throw new TypeError(`target must be a string such as "dns:///host:port", got ${describe(target)}`);
  }
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(target);
  const name = scheme?.[1].toLowerCase();
  const rest = scheme?.[2] ?? "";
  switch (name) {
    case "dns":
      return parseDns(target, rest);
    case "ipv4":
    case "ipv6":
      return parseIpList(target, name, rest);
    case "unix":
      return parseUnix(target, rest);
  }
  if (name !== undefined && rest.startsWith("//")) throw unknownScheme(target, name, rest);
  // gRPC naming: without a scheme, the whole is a DNS name.
  return hostTarget(target, target);
}

/** The server inside this process. */
export const inProcessTarget: Target = {
  scheme: "in-process",
  text: "in-process",
  addresses: [{ path: "in-process" }],
  authority: "localhost",
  reach: "local",
};

/** An address for error texts: `10.0.0.1:443`, `[::1]:443`, `/run/x.sock`. */
export function formatAddress(address: SocketAddress): string {
  return "path" in address ? address.path : formatHostPort(address.host, address.port);
}

function parseDns(target: string, rest: string): Target {
  if (!rest.startsWith("//")) return hostTarget(target, rest.startsWith("/") ? rest.slice(1) : rest);
  const slash = rest.indexOf("/", 2);
  const server = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  if (server !== "") {
    throw slash < 0
      ? invalid(target, "has two slashes, write dns:///host:port or dns:host:port")
      : invalid(
          target,
          `names the DNS server ${JSON.stringify(server)}, which is not supported, write dns:///host:port`,
        );
  }
  return hostTarget(target, rest.slice(slash + 1));
}

function parseIpList(target: string, scheme: "ipv4" | "ipv6", rest: string): Target {
  const list = rest.replace(/^\/{3}/, "");
  const example = scheme === "ipv4" ? "ipv4:10.0.0.1:50051,10.0.0.2:50051" : "ipv6:[::1]:50051,[::2]:50051";
  const isAddress = scheme === "ipv4" ? isIpv4 : isIpv6;
  const addresses = list.split(",").map((item) => {
    const { host, port } = splitHostPort(target, item);
    if (!isAddress(host)) {
      throw invalid(target, `has ${JSON.stringify(item)}, which is no ${scheme} address, write ${example}`);
    }
    return { host, port: port ?? defaultPort };
  });
  const local = addresses.every((address) => isLoopback(address.host));
  return {
    scheme,
    text: `${scheme}:${addresses.map(formatAddress).join(",")}`,
    addresses,
    authority: formatAddress(addresses[0]),
    reach: local ? "local" : "network",
  };
}

function parseUnix(target: string, rest: string): Target {
  if (/^\/\/[^/]/.test(rest)) {
    throw invalid(target, "has an authority, write unix:path or unix:///absolute/path");
  }
  const path = rest.startsWith("//") ? rest.slice(2) : rest;
  if (path === "" || path === "/") throw invalid(target, "has no path, write unix:path or unix:///absolute/path");
  return { scheme: "unix", text: `unix:${path}`, addresses: [{ path }], authority: "localhost", reach: "local" };
}

function hostTarget(target: string, written: string): Target {
  const { host, port } = splitHostPort(target, written);
  if (host === "") throw invalid(target, "has no host, write dns:///host:port");
  const address = { host, port: port ?? defaultPort };
  return {
    scheme: "dns",
    text: `dns:///${formatAddress(address)}`,
    addresses: [address],
    authority: port === undefined ? formatHost(host) : formatHostPort(host, port),
    reach: isLoopback(host) ? "local" : "network",
  };
}

function splitHostPort(target: string, text: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null) {
    if (!isIpv6(bracketed[1])) throw invalid(target, `has [${bracketed[1]}], which is no IPv6 address`);
    return { host: bracketed[1], port: parsePort(target, bracketed[2]) };
  }
  // More than one colon without brackets: an IPv6 address without a port.
  if (isIpv6(text)) return { host: text, port: undefined };
  const colon = text.indexOf(":");
  const host = colon < 0 ? text : text.slice(0, colon);
  if (/[\s/\\@?#[\]%,:]/.test(host)) {
    throw invalid(target, `has host ${JSON.stringify(host)}, accepted are ${acceptedForms}`);
  }
  return { host, port: colon < 0 ? undefined : parsePort(target, text.slice(colon + 1)) };
}

function parsePort(target: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw invalid(target, `has port ${JSON.stringify(text)}, accepted are 1 to 65535`);
  }
  return port;
}

function unknownScheme(target: string, scheme: string, rest: string): TypeError {
  if (scheme === "http" || scheme === "https" || scheme === "grpc" || scheme === "grpcs") {
    const host = rest.slice(2).split("/")[0];
    const tls = scheme.endsWith("s") ? "tls: true" : "tls: false";
    return invalid(target, `is a URL, write "dns:///${host === "" ? "host:port" : host}" and the option ${tls}`);
  }
  return invalid(target, `has the unknown scheme "${scheme}", accepted are ${acceptedForms}`);
}

function formatHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function formatHostPort(host: string, port: number): string {
  return `${formatHost(host)}:${port}`;
}

function invalid(target: string, reason: string): TypeError {
  return new TypeError(`target ${JSON.stringify(target)} ${reason}`);
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : typeof value;
}
