// SPDX-License-Identifier: Apache-2.0
import { Code, contextKey, type Interceptor, type Metadata, StatusError } from "petrel";
import { tenant } from "./calls.js";

export interface User {
  readonly name: string;
  readonly tenants: readonly number[];
}

/** Who is calling. Set for every service behind `authenticate`. */
export const currentUser = contextKey<User>("current user");
/** The tenant the call is for, one of the user's. Set for every service behind `authenticate`. */
export const currentTenant = contextKey<number>("current tenant");

/** Finds the user of a token; undefined when the token is not, or no longer, good. */
export type VerifyToken = (token: string) => Promise<User | undefined>;

/** Lets a call through with a bearer token that is good and a tenant that is the user's. */
export function authenticate(verify: VerifyToken): Interceptor {
  return async (call, next) => {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(call.metadata.get("authorization") ?? "") ?? [];
    if (token === undefined) throw new StatusError(Code.UNAUTHENTICATED, "a bearer token is required");
    const user = await verify(token);
    if (user === undefined) throw new StatusError(Code.UNAUTHENTICATED, "the token is not valid");
    call.contextValues.set(currentUser, user);
    call.contextValues.set(currentTenant, tenantOf(call.metadata, user));
    return next();
  };
}

function tenantOf(metadata: Metadata, user: User): number {
  const chosen = readTenant(metadata);
  if (chosen === undefined) throw new StatusError(Code.INVALID_ARGUMENT, `metadata ${tenant.name} is required`);
  if (!user.tenants.includes(chosen)) {
    throw new StatusError(Code.PERMISSION_DENIED, `${user.name} does not belong to tenant ${chosen}`);
  }
  return chosen;
}

function readTenant(metadata: Metadata): number | undefined {
  try {
    return metadata.get(tenant);
  } catch (error) {
    throw new StatusError(Code.INVALID_ARGUMENT, (error as Error).message, { cause: error });
  }
}
