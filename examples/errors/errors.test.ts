// SPDX-License-Identifier: Apache-2.0
import { type CallInfo, Code, createChannel, createServer, StatusError } from "petrel";
import { BadRequestCodec, DebugInfoCodec } from "petrel/wkt";
import { expect, test } from "vitest";
import { SignupService, SignupServiceClient } from "./gen/signup/v1/signup_grpc.js";
import { signUp } from "./sign-up.js";
import { createSignup, type SignupOptions } from "./signup.js";

type Reports = [error: unknown, call: CallInfo | undefined][];

async function withSignup(
  options: Partial<SignupOptions>,
  use: (signup: SignupServiceClient, reports: Reports) => Promise<void>,
): Promise<void> {
  const reports: Reports = [];
  await using server = createServer({ onError: (error, call) => reports.push([error, call]) });
  server.addService(SignupService, createSignup({ store: async () => {}, ...options }));
  const { target } = await server.listen("127.0.0.1:0");
  await using channel = createChannel(target);
  await use(new SignupServiceClient(channel, { timeoutMs: 10_000 }), reports);
}

const password = "a long 2nd secret";

test("a good request makes an account", () =>
  withSignup({}, async (signup, reports) => {
    expect(await signUp(signup, "ada@example.org", password)).toMatchObject({ result: "created" });
    expect(reports).toEqual([]);
  }));

test("google.rpc.BadRequest names every field that is wrong", () =>
  withSignup({}, async (signup, reports) => {
    expect(await signUp(signup, "ada", "")).toEqual({
      result: "fields",
      fields: { email: "must be an address such as ada@example.org", password: "is required" },
    });
    expect(reports).toEqual([]);
  }));

test("a detail of the service's own type is read with its codec", () =>
  withSignup({}, async (signup) => {
    expect(await signUp(signup, "ada@example.org", "secret")).toEqual({
      result: "weakPassword",
      minLength: 12,
      requiredCharacters: ["0-9", "a-z"],
    });
  }));

test("google.rpc.ErrorInfo tells apart what has the same code", () =>
  withSignup({}, async (signup) => {
    await signUp(signup, "ada@example.org", password);
    expect(await signUp(signup, "ada@example.org", password)).toEqual({ result: "taken", email: "ada@example.org" });
  }));

test("google.rpc.RetryInfo and metadata travel with one error", () =>
  withSignup({ quota: 0 }, async (signup) => {
    expect(await signUp(signup, "ada@example.org", password)).toEqual({
      result: "later",
      retryInMs: 3_600_000,
      quota: "accounts-per-day",
    });
  }));

test("detail() gives undefined for a type that is not among the details", () =>
  withSignup({}, async (signup) => {
    const error: unknown = await signup.createAccount({ email: "ada" }).then(
      () => expect.unreachable("the call must fail"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof StatusError)) throw error;
    expect(error.code).toBe(Code.INVALID_ARGUMENT);
    expect(error.detail(BadRequestCodec)?.fieldViolations).toHaveLength(2);
    expect(error.detail(DebugInfoCodec)).toBeUndefined();
    expect(error.details.map(({ typeUrl }) => typeUrl)).toEqual(["type.googleapis.com/google.rpc.BadRequest"]);
  }));

test("what the store throws reaches onError as it is, and the client not at all", async () => {
  const failure = new Error("connect ECONNREFUSED db.internal");
  await withSignup({ store: () => Promise.reject(failure) }, async (signup, reports) => {
    await expect(signUp(signup, "ada@example.org", password)).rejects.toMatchObject({
      code: Code.UNKNOWN,
      message: "the handler failed",
      details: [],
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]?.[0]).toBe(failure);
    expect(reports[0]?.[1]?.method.path).toBe("/signup.v1.SignupService/CreateAccount");
  });
});
