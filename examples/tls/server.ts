// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { createServer } from "petrel";
import { readServerTls } from "./certificates.js";
import { GreetingService } from "./gen/greeting/v1/greeting_grpc.js";
import { createGreeting } from "./greeting.js";

const folder = process.env.CERTS ?? fileURLToPath(new URL("./certs/", import.meta.url));

// A function, so that it can be asked again.
const server = createServer({ tls: () => readServerTls(folder) });
server.addService(GreetingService, createGreeting(new Set(["ada"])));

const { target } = await server.listen(process.env.LISTEN ?? "127.0.0.1:50051");
console.log(`greeting at ${target}; kill -HUP ${process.pid} after replacing the certificate`);

// Connections that are open stay; those that come get the new certificate. An unusable one changes nothing.
process.on("SIGHUP", () => {
  server.reloadTls().then(
    () => console.log("certificate reloaded"),
    (error: unknown) => console.error("the certificate stays as it was:", error),
  );
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.shutdown());
