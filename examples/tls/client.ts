// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { createChannel } from "petrel";
import { readClientTls } from "./certificates.js";
import { GreetingServiceClient } from "./gen/greeting/v1/greeting_grpc.js";

const folder = process.env.CERTS ?? fileURLToPath(new URL("./certs/", import.meta.url));
await using channel = createChannel(process.env.TARGET ?? "127.0.0.1:50051", { tls: await readClientTls(folder) });

const call = new GreetingServiceClient(channel).greet({}, { timeoutMs: 2_000 });
console.log((await call).text);
console.log(`by ${call.peer?.tls?.certificate?.subject.replaceAll("\n", ", ")} over ${call.peer?.tls?.protocol}`);
