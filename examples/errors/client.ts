// SPDX-License-Identifier: Apache-2.0
import { createChannel } from "petrel";
import { SignupServiceClient } from "./gen/signup/v1/signup_grpc.js";
import { signUp } from "./sign-up.js";

await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50051");
const signup = new SignupServiceClient(channel, { timeoutMs: 2_000 });

const attempts: readonly (readonly [email: string, password: string])[] = [
  ["ada", ""],
  ["ada@example.org", "secret"],
  ["ada@example.org", "a long 2nd secret"],
  ["ada@example.org", "a long 2nd secret"],
];
for (const [email, password] of attempts) console.log(await signUp(signup, email, password));
