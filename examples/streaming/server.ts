// SPDX-License-Identifier: Apache-2.0
import { createServer } from "petrel";
import { createFiles } from "./files.js";
import { FileService } from "./gen/file/v1/file_grpc.js";

const server = createServer({ receiveMaxBytes: 1024 * 1024 }); // of one message, not of a file
server.addService(FileService, createFiles());

const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`files at ${target}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    const { completed, cancelled } = await server.shutdown({ graceMs: 10_000 });
    console.log(`stopped; of the calls still running ${completed} ended, ${cancelled} were cut`);
  });
}
