// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { parseTarget } from "./target.js";

const accepted: readonly [target: string, text: string, authority: string, reach: "local" | "network"][] = [
  ["localhost:50051", "dns:///localhost:50051", "localhost:50051", "local"],
  ["users.internal", "dns:///users.internal:443", "users.internal", "network"],
  ["users.internal:50051", "dns:///users.internal:50051", "users.internal:50051", "network"],
  ["dns:///users.internal:50051", "dns:///users.internal:50051", "users.internal:50051", "network"],
  ["dns:users.internal", "dns:///users.internal:443", "users.internal", "network"],
  ["dns:/users.internal:1", "dns:///users.internal:1", "users.internal:1", "network"],
  ["DNS:///a:1", "dns:///a:1", "a:1", "network"],
  ["127.0.0.1:50051", "dns:///127.0.0.1:50051", "127.0.0.1:50051", "local"],
  ["127.8.9.10:1", "dns:///127.8.9.10:1", "127.8.9.10:1", "local"],
  ["128.0.0.1:1", "dns:///128.0.0.1:1", "128.0.0.1:1", "network"],
  ["127.evil.example:1", "dns:///127.evil.example:1", "127.evil.example:1", "network"],
  ["[::1]:50051", "dns:///[::1]:50051", "[::1]:50051", "local"],
  ["::1", "dns:///[::1]:443", "[::1]", "local"],
  ["[fe80::1%eth0]:7", "dns:///[fe80::1%eth0]:7", "[fe80::1%eth0]:7", "network"],
  ["[::ffff:127.0.0.1]:7", "dns:///[::ffff:127.0.0.1]:7", "[::ffff:127.0.0.1]:7", "local"],
  ["ipv4:10.0.0.1:50051,10.0.0.2", "ipv4:10.0.0.1:50051,10.0.0.2:443", "10.0.0.1:50051", "network"],
  ["ipv4:127.0.0.1:1,127.0.0.2:2", "ipv4:127.0.0.1:1,127.0.0.2:2", "127.0.0.1:1", "local"],
  ["ipv4:127.0.0.1:1,10.0.0.1:2", "ipv4:127.0.0.1:1,10.0.0.1:2", "127.0.0.1:1", "network"],
  ["ipv6:[::1]:50051,[2001:db8::2]:2", "ipv6:[::1]:50051,[2001:db8::2]:2", "[::1]:50051", "network"],
  ["ipv6:[::1]", "ipv6:[::1]:443", "[::1]:443", "local"],
  ["unix:run/x.sock", "unix:run/x.sock", "localhost", "local"],
  ["unix:///run/x.sock", "unix:/run/x.sock", "localhost", "local"],
  ["unix:/run/x.sock", "unix:/run/x.sock", "localhost", "local"],
];

for (const [target, text, authority, reach] of accepted) {
  test(`target ${target} is ${text}, authority ${authority}, ${reach}`, () => {
    expect(parseTarget(target)).toMatchObject({ text, authority, reach });
  });
}

test("a canonical target parses to itself", () => {
  for (const [, text] of accepted) expect(parseTarget(text).text).toBe(text);
});

test("addresses are what the target lists, in order", () => {
  expect(parseTarget("ipv4:10.0.0.1:1,10.0.0.2:2").addresses).toEqual([
    { host: "10.0.0.1", port: 1 },
    { host: "10.0.0.2", port: 2 },
  ]);
  expect(parseTarget("unix:///run/x.sock").addresses).toEqual([{ path: "/run/x.sock" }]);
  expect(parseTarget("[::1]:5").addresses).toEqual([{ host: "::1", port: 5 }]);
});

const forms = "host:port, dns:///host:port, ipv4:a.b.c.d:port, ipv6:[addr]:port or unix:path";
const refused: readonly [target: string, message: string][] = [
  ["", 'target must be a string such as "dns:///host:port", got ""'],
  ["dns:///", 'target "dns:///" has no host, write dns:///host:port'],
  ["dns:", 'target "dns:" has no host, write dns:///host:port'],
  [":50051", 'target ":50051" has no host, write dns:///host:port'],
  ["dns://host:1", 'target "dns://host:1" has two slashes, write dns:///host:port or dns:host:port'],
  [
    "dns://8.8.8.8/host:1",
    'target "dns://8.8.8.8/host:1" names the DNS server "8.8.8.8", which is not supported, write dns:///host:port',
  ],
  ["host:99999", 'target "host:99999" has port "99999", accepted are 1 to 65535'],
  ["host:0", 'target "host:0" has port "0", accepted are 1 to 65535'],
  ["host:", 'target "host:" has port "", accepted are 1 to 65535'],
  ["host:http", 'target "host:http" has port "http", accepted are 1 to 65535'],
  ["my host:1", `target "my host:1" has host "my host", accepted are ${forms}`],
  ["host/path", `target "host/path" has host "host/path", accepted are ${forms}`],
  ["user@host:1", `target "user@host:1" has host "user@host", accepted are ${forms}`],
  ["[::g]:1", 'target "[::g]:1" has [::g], which is no IPv6 address'],
  [
    "https://users.internal:443/x",
    'target "https://users.internal:443/x" is a URL, write "dns:///users.internal:443" and the option tls: true',
  ],
  [
    "http://users.internal",
    'target "http://users.internal" is a URL, write "dns:///users.internal" and the option tls: false',
  ],
  ["xds:///users", `target "xds:///users" has the unknown scheme "xds", accepted are ${forms}`],
  [
    "ipv4:users.internal:1",
    'target "ipv4:users.internal:1" has "users.internal:1", which is no ipv4 address, write ipv4:10.0.0.1:50051,10.0.0.2:50051',
  ],
  [
    "ipv4:10.0.0.1:1,",
    'target "ipv4:10.0.0.1:1," has "", which is no ipv4 address, write ipv4:10.0.0.1:50051,10.0.0.2:50051',
  ],
  [
    "ipv6:10.0.0.1:1",
    'target "ipv6:10.0.0.1:1" has "10.0.0.1:1", which is no ipv6 address, write ipv6:[::1]:50051,[::2]:50051',
  ],
  ["unix:", 'target "unix:" has no path, write unix:path or unix:///absolute/path'],
  ["unix://host/x", 'target "unix://host/x" has an authority, write unix:path or unix:///absolute/path'],
];

for (const [target, message] of refused) {
  test(`target ${JSON.stringify(target)} is refused with the form to write`, () => {
    expect(() => parseTarget(target)).toThrow(new TypeError(message));
  });
}

test("a target that is no string is refused by its type", () => {
  expect(() => parseTarget(undefined as unknown as string)).toThrow(
    new TypeError('target must be a string such as "dns:///host:port", got undefined'),
  );
});
