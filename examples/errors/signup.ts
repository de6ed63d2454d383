// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { Code, packAny, StatusError } from "petrel";
import { BadRequestCodec, ErrorInfoCodec, RetryInfoCodec } from "petrel/wkt";
import type { SignupServiceHandlers } from "./gen/signup/v1/signup_grpc.js";
import {
  type CreateAccountRequest,
  type CreateAccountResponseInit,
  PasswordPolicyCodec,
} from "./gen/signup/v1/signup_pb.js";

export interface SignupOptions {
  /** Accounts until the quota is used up. Default 1000. */
  readonly quota?: number | undefined;
  /** Keeps the account. What it throws stays on the server. */
  readonly store: (accountId: string, email: string) => Promise<void>;
}

const minPasswordLength = 12;
const requiredCharacters = ["0-9", "a-z"];

/** Handlers whose every failure says, in a form that programs read, what to do about it. */
export function createSignup({ quota = 1000, store }: SignupOptions): SignupServiceHandlers {
  const emails = new Set<string>();
  return {
    async createAccount(request) {
      checkFields(request);
      checkPassword(request.password);
      if (emails.has(request.email)) throw accountExists(request.email);
      if (emails.size >= quota) throw quotaUsedUp();
      const accountId = randomUUID();
      // A database error is none of the client's business: it becomes UNKNOWN, and `onError` gets the original.
      await store(accountId, request.email);
      emails.add(request.email);
      return { accountId } satisfies CreateAccountResponseInit;
    },
  };
}

/** All that is wrong with the request at once, so that a form can mark every field. */
function checkFields(request: CreateAccountRequest): void {
  const fieldViolations: { field: string; description: string }[] = [];
  if (!/^[^@\s]+@[^@\s]+$/.test(request.email)) {
    fieldViolations.push({ field: "email", description: "must be an address such as ada@example.org" });
  }
  if (request.password === "") fieldViolations.push({ field: "password", description: "is required" });
  if (fieldViolations.length === 0) return;
  throw new StatusError(Code.INVALID_ARGUMENT, "the request is not valid", {
    details: [packAny(BadRequestCodec, { fieldViolations })],
  });
}

/** With a detail of our own: any message can be one. */
function checkPassword(password: string): void {
  if (password.length >= minPasswordLength && /[0-9]/.test(password) && /[a-z]/.test(password)) return;
  throw new StatusError(Code.FAILED_PRECONDITION, "the password is too weak", {
    details: [packAny(PasswordPolicyCodec, { minLength: minPasswordLength, requiredCharacters })],
  });
}

function accountExists(email: string): StatusError {
  return new StatusError(Code.ALREADY_EXISTS, "there is an account for this address", {
    details: [packAny(ErrorInfoCodec, { reason: "EMAIL_TAKEN", domain: "signup.example.org", metadata: { email } })],
  });
}

/** Metadata travels in the trailers, beside the details. */
function quotaUsedUp(): StatusError {
  return new StatusError(Code.RESOURCE_EXHAUSTED, "no more accounts today", {
    details: [packAny(RetryInfoCodec, { retryDelay: { seconds: 3600n } })],
    metadata: { "quota-name": "accounts-per-day" },
  });
}
