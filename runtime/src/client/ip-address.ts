// SPDX-License-Identifier: Apache-2.0

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = new RegExp(`^(?:${octet}\\.){3}${octet}$`);

/** Whether the text is a dotted-decimal IPv4 address. */
export function isIpv4(text: string): boolean {
  return ipv4.test(text);
}

/** Whether the text is an IPv6 address (RFC 4291 §2.2), with an optional zone (`fe80::1%eth0`). */
export function isIpv6(text: string): boolean {
  return ipv6Groups(text) !== undefined;
}

/** `localhost`, 127.0.0.0/8, ::1, and 127.0.0.0/8 mapped into IPv6: what never leaves the machine. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  if (isIpv4(host)) return host.startsWith("127.");
  const groups = ipv6Groups(host);
  if (groups === undefined) return false;
  const zeros = groups.findIndex((group) => group !== 0);
  if (zeros === 7) return groups[7] === 1;
  return zeros === 5 && groups[5] === 0xffff && groups[6] >> 8 === 127;
}

function ipv6Groups(text: string): readonly number[] | undefined {
  let address = text.replace(/%[^%\s/]+$/, "");
  const dotted = /^(.*:)([^:]*\.[^:]*)$/.exec(address);
  if (dotted !== null) {
    if (!isIpv4(dotted[2])) return undefined;
    const [a, b, c, d] = dotted[2].split(".").map(Number);
    address = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (![...head, ...(tail ?? [])].every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...(tail ?? [])];
  return groups.map((group) => Number.parseInt(group, 16));
}
