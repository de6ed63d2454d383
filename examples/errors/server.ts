// SPDX-License-Identifier: Apache-2.0
import { createServer } from "petrel";
import { SignupService } from "./gen/signup/v1/signup_grpc.js";
import { createSignup } from "./signup.js";

const server = createServer({
  // Called with what a handler threw when that was no StatusError. The client learns nothing of its text.
  onError: (error, call) => console.error(`${call?.method.path ?? "connection"} failed:`, error),
});
server.addService(
  SignupService,
  createSignup({ store: async (id, email) => console.log(`new account ${id}: ${email}`) }),
);

const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`signup at ${target}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.shutdown());
