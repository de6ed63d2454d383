// SPDX-License-Identifier: Apache-2.0
import type { ListenTarget } from "../transport/socket.js";

/** Where to listen: `"0.0.0.0:50051"`, `"[::]:0"`, `"unix:/run/x.sock"`, `{ host, port }` or `{ path }`. Throws a TypeError that shows the accepted forms. */
export function parseListenTarget(target: string | ListenTarget): ListenTarget {
  if (typeof target !== "string") {
    if (typeof target !== "object" || target === null) throw new TypeError(unknownTarget(target));
    if ("path" in target) {
      if (typeof target.path !== "string" || target.path === "") throw new TypeError(unknownTarget(target));
      return { path: target.path };
    }
    if (typeof target.host !== "string") throw new TypeError(unknownTarget(target));
    checkPort(String(target.port), JSON.stringify(target));
    return { host: target.host, port: target.port };
  }
  if (target.startsWith("unix:")) {
    const path = target.startsWith("unix://") ? target.slice("unix://".length) : target.slice("unix:".length);
    if (path === "") throw new TypeError(`listen target "${target}" has no path, write unix:/path/to.sock`);
    return { path };
  }
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(target);
  if (match === null) {
    throw new TypeError(unknownTarget(target));
  }
  checkPort(match[3], target);
  return { host: match[1] ?? (match[2] === "" ? "::" : match[2]), port: Number(match[3]) };
}

/** The text form of where a server listens. */
export function formatListenTarget(target: ListenTarget, port: number): string {
  if ("path" in target) return `unix:${target.path}`;
  return target.host.includes(":") ? `[${target.host}]:${port}` : `${target.host}:${port}`;
}

function unknownTarget(target: unknown): string {
  return `listen target ${JSON.stringify(target)} is not host:port, [ipv6]:port or unix:path; port 0 takes a free one`;
}

function checkPort(port: string, target: string): void {
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new TypeError(`listen target ${target} has port ${port}, accepted are 0 to 65535`);
  }
}
