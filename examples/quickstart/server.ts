// SPDX-License-Identifier: Apache-2.0
// Run as `tsx server.ts [--port=50051]`; port 0 takes a free one.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Code, createServer, type Server, StatusError } from "petrel";
import { UserService, type UserServiceHandlers } from "./gen/user/v1/user_grpc.js";
import { Role, type UserInit } from "./gen/user/v1/user_pb.js";

const users: readonly UserInit[] = [
  { id: "u1", fullName: "Ada Lovelace", role: Role.ADMIN },
  { id: "u2", fullName: "Grace Hopper", role: Role.MEMBER },
  { id: "u42", fullName: "Douglas Adams", role: Role.MEMBER },
];

const handlers: UserServiceHandlers = {
  getUser(request) {
    if (request.id === "") throw new StatusError(Code.INVALID_ARGUMENT, "id is required");
    const user = users.find((candidate) => candidate.id === request.id);
    if (user === undefined) throw new StatusError(Code.NOT_FOUND, `no user ${request.id}`);
    return user;
  },

  async *listUsers(request) {
    for (const user of users) if (user.fullName?.includes(request.filter)) yield user;
  },

  async uploadEvents(events) {
    let received = 0;
    for await (const _ of events) received++;
    return { received };
  },

  async *chat(messages) {
    for await (const message of messages) yield { text: `you said ${message.text}` };
  },
};

/** A server of demo.v1.UserService, not listening yet. */
export function createUserServer(): Server {
  return createServer().addService(UserService, handlers);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: "string", default: "50051" } } });
  const server = createUserServer();
  const { port } = await server.listen({ host: "127.0.0.1", port: Number(values.port) });
  console.log(`listening ${port}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      const { completed, cancelled } = await server.shutdown({ graceMs: 5_000 });
      console.log(`stopped; of the calls still running ${completed} ended, ${cancelled} were cut`);
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
