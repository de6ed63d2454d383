// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Code, codeName } from "../rpc/code.js";
import { StatusError } from "../rpc/status-error.js";
import { credentialsStatus } from "./call-credentials.js";

const notTheirs = new Set<number>([3, 5, 6, 9, 10, 11, 15]);

for (const code of Object.values(Code).filter((one) => one !== Code.OK)) {
  const expected = notTheirs.has(code) ? Code.INTERNAL : code;
  test(`credentials that fail with ${codeName(code)} end the call ${codeName(expected)} (gRFC A54)`, () => {
    const status = credentialsStatus(new StatusError(code, "no token"));
    expect(status.code).toBe(expected);
    expect(status.message).toBe(
      expected === code ? "no token" : `call credentials failed with ${codeName(code)}: no token`,
    );
  });
}

test("credentials that fail with anything else end the call UNAUTHENTICATED", () => {
  expect(credentialsStatus(new Error("no key"))).toMatchObject({
    code: Code.UNAUTHENTICATED,
    message: "call credentials failed: no key",
  });
});
