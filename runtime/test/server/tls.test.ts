// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bearerToken, Code, createChannel, createServer } from "../../src/node/index.js";
import { echo, one, Texts } from "../support/text-service.js";

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url), "utf8");
const serverTls = { cert: pem("server.pem"), key: pem("server.key") };
const clientTls = { ca: pem("ca.pem") };

test("mTLS: the handler sees whom the client's certificate names, a client without one is refused", async () => {
  await using server = createServer({ tls: { ...serverTls, ca: pem("ca.pem"), clientCertificate: "require" } });
  server.addService(Texts, {
    ...echo,
    one: (_request, { peer }) => ({
      text: `${peer.tls?.protocol} ${peer.tls?.authorized} ${peer.tls?.certificate?.subject.includes("CN=") ?? false}`,
    }),
  });
  const { target } = await server.listen("127.0.0.1:0");
  await using known = createChannel(target, { tls: { ...clientTls, cert: pem("client.pem"), key: pem("client.key") } });
  expect(await known.call(one, { text: "" })).toEqual({ text: "TLSv1.3 true true" });
  await using unknown = createChannel(target, { tls: clientTls });
  await expect(unknown.call(one, { text: "" })).rejects.toMatchObject({ code: Code.UNAVAILABLE });
});

test("a certificate that is not trusted, or names another host, is UNAVAILABLE and says why", async () => {
  await using server = createServer({ tls: serverTls });
  server.addService(Texts, echo);
  const { target } = await server.listen("127.0.0.1:0");
  await using untrusting = createChannel(target, { tls: true });
  await expect(untrusting.call(one, { text: "" })).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
    message: expect.stringMatching(/certificate/i),
  });
  await using misled = createChannel(target, { tls: clientTls, authority: "elsewhere.example" });
  await expect(misled.call(one, { text: "" })).rejects.toMatchObject({
    code: Code.UNAVAILABLE,
    message: expect.stringContaining("elsewhere.example"),
  });
  await using named = createChannel(target, { tls: clientTls, authority: "foo.test.google.fr" });
  expect(await named.call(one, { text: "a" })).toEqual({ text: "a" });
});

test("reloadTls asks for certificates again; one that is unusable changes nothing", async () => {
  let asked = 0;
  let current = serverTls;
  await using server = createServer({
    tls: () => {
      asked++;
      return current;
    },
  });
  server.addService(Texts, echo);
  const { target } = await server.listen("127.0.0.1:0");
  const call = async () => {
    await using channel = createChannel(target, { tls: clientTls });
    return await channel.call(one, { text: "a" });
  };
  expect(await call()).toEqual({ text: "a" });
  current = { cert: pem("client.pem"), key: pem("client.key") };
  await server.reloadTls();
  expect(asked).toBe(2);
  await expect(call()).rejects.toMatchObject({ code: Code.UNAVAILABLE });
  current = { cert: "nonsense", key: "nonsense" };
  await expect(server.reloadTls()).rejects.toThrow();
  current = serverTls;
  await server.reloadTls();
  expect(await call()).toEqual({ text: "a" });
});

test("call credentials travel over TLS and never over plaintext", async () => {
  let asked = 0;
  const credentials = bearerToken(() => {
    asked++;
    return "secret";
  });
  const handlers = {
    ...echo,
    one: (_request: unknown, context: { metadata: { get(name: string): unknown } }) => ({
      text: String(context.metadata.get("authorization")),
    }),
  };
  await using secure = createServer({ tls: serverTls });
  secure.addService(Texts, handlers);
  await using plain = createServer();
  plain.addService(Texts, handlers);
  await using channel = createChannel((await secure.listen("127.0.0.1:0")).target, { tls: clientTls, credentials });
  expect(await channel.call(one, { text: "" })).toEqual({ text: "Bearer secret" });
  await using open = createChannel((await plain.listen("127.0.0.1:0")).target, { tls: false, credentials });
  await expect(open.call(one, { text: "" })).rejects.toMatchObject({
    code: Code.UNAUTHENTICATED,
    message: "call credentials are not sent over plaintext; create the channel with tls",
  });
  expect(asked).toBe(1);
});

test("plaintext to a TLS port and TLS to a plaintext port fail UNAVAILABLE and leave the server up", async () => {
  const refused: string[] = [];
  const onError = (error: unknown) => refused.push(String(error));
  await using secure = createServer({ tls: serverTls, onError });
  secure.addService(Texts, echo);
  await using plain = createServer({ onError });
  plain.addService(Texts, echo);
  const securePort = await secure.listen("127.0.0.1:0");
  const plainPort = await plain.listen("127.0.0.1:0");
  await using wrong = createChannel(securePort.target, { tls: false });
  await expect(wrong.call(one, { text: "" })).rejects.toMatchObject({ code: Code.UNAVAILABLE });
  await using alsoWrong = createChannel(plainPort.target, { tls: clientTls });
  await expect(alsoWrong.call(one, { text: "" })).rejects.toMatchObject({ code: Code.UNAVAILABLE });
  await using right = createChannel(securePort.target, { tls: clientTls });
  expect(await right.call(one, { text: "a" })).toEqual({ text: "a" });
  expect(refused.length).toBeGreaterThan(0);
});
