// SPDX-License-Identifier: Apache-2.0
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, StatusError } from "petrel";
import { BadRequestCodec, ErrorInfoCodec, RetryInfoCodec } from "petrel/wkt";
import type { SignupServiceClient } from "./gen/signup/v1/signup_grpc.js";
import { PasswordPolicyCodec } from "./gen/signup/v1/signup_pb.js";

/** What a page would show. */
export type SignupResult =
  | { readonly result: "created"; readonly accountId: string }
  | { readonly result: "fields"; readonly fields: Readonly<Record<string, string>> }
  | { readonly result: "weakPassword"; readonly minLength: number; readonly requiredCharacters: readonly string[] }
  | { readonly result: "taken"; readonly email: string }
  | { readonly result: "later"; readonly retryInMs: number; readonly quota: string | undefined };

/** Signs up, and turns the errors that this client knows into results. All others are thrown as they came. */
export async function signUp(signup: SignupServiceClient, email: string, password: string): Promise<SignupResult> {
  try {
    const { accountId } = await signup.createAccount({ email, password });
    return { result: "created", accountId };
  } catch (error) {
    const result = error instanceof StatusError ? resultOf(error) : undefined;
    if (result === undefined) throw error;
    return result;
  }
}

function resultOf(error: StatusError): SignupResult | undefined {
  switch (error.code) {
    case Code.INVALID_ARGUMENT: {
      const violations = error.detail(BadRequestCodec)?.fieldViolations ?? [];
      const fields = Object.fromEntries(violations.map(({ field, description }) => [field, description]));
      return { result: "fields", fields };
    }
    case Code.FAILED_PRECONDITION: {
      const policy = error.detail(PasswordPolicyCodec);
      return (
        policy && { result: "weakPassword", minLength: policy.minLength, requiredCharacters: policy.requiredCharacters }
      );
    }
    case Code.ALREADY_EXISTS: {
      const info = error.detail(ErrorInfoCodec);
      return info?.reason === "EMAIL_TAKEN" ? { result: "taken", email: info.metadata.email ?? "" } : undefined;
    }
    case Code.RESOURCE_EXHAUSTED: {
      const delay = error.detail(RetryInfoCodec)?.retryDelay;
      return delay && { result: "later", retryInMs: durationMs(delay), quota: error.metadata.get("quota-name") };
    }
    default:
      return undefined;
  }
}
