// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientTls, ServerTls } from "petrel";

/** The server's certificate as it is on disk now, for clients that bring one signed by `ca.pem`. */
export async function readServerTls(folder: string, name = "server"): Promise<ServerTls> {
  const [cert, key, ca] = await Promise.all([
    readFile(join(folder, `${name}.pem`)),
    readFile(join(folder, `${name}.key`)),
    readFile(join(folder, "ca.pem")),
  ]);
  return { cert, key, ca, clientCertificate: "require", minVersion: "TLSv1.3" };
}

/** A client's certificate, and the authority that servers must show. */
export async function readClientTls(folder: string, name = "client"): Promise<ClientTls> {
  const [cert, key, ca] = await Promise.all([
    readFile(join(folder, `${name}.pem`)),
    readFile(join(folder, `${name}.key`)),
    readFile(join(folder, "ca.pem")),
  ]);
  return { cert, key, ca };
}
