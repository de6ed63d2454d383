// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";
import { expect, test } from "vitest";
import { isIpv4, isIpv6, isLoopback } from "./ip-address.js";

const texts = [
  "0.0.0.0",
  "255.255.255.255",
  "256.0.0.1",
  "1.2.3",
  "01.2.3.4",
  "1.2.3.4.5",
  "::",
  "::1",
  "1::",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  "1:2:3:4:5:6:7::",
  "::1:2:3:4:5:6:7",
  "1:2:3:4::5:6:7:8",
  ":::",
  ":1",
  "1:",
  "12345::",
  "::ffff:1.2.3.4",
  "::1.2.3",
  "1:2:3:4:5:6:1.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "fe80::1%eth0",
  "%eth0",
  "",
  "localhost",
  "g::1",
];

for (const text of texts) {
  test(`${JSON.stringify(text)} is judged as node:net does`, () => {
    expect([isIpv4(text), isIpv6(text)]).toEqual([isIPv4(text), isIPv6(text)]);
  });
}

test("loopback is localhost, 127.0.0.0/8 and ::1, written any way", () => {
  const loopback = ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"];
  const others = ["0.0.0.0", "::", "::2", "1::1", "10.0.0.1", "localhost.example", "127.example", "::ffff:10.0.0.1"];
  expect(loopback.filter(isLoopback)).toEqual(loopback);
  expect(others.filter(isLoopback)).toEqual([]);
});
