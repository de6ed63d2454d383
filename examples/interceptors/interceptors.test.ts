// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import {
  bearerToken,
  type ChannelOptions,
  Code,
  createChannel,
  createInProcessChannel,
  Metadata,
  type Server,
} from "petrel";
import { expect, test } from "vitest";
import type { User } from "./auth.js";
import { type CallLine, identifyRequests, logCalls, requestId, tenant } from "./calls.js";
import { NoteServiceClient, StatusServiceClient } from "./gen/note/v1/note_grpc.js";
import { createNotesServer } from "./notes.js";

const pem = (name: string) => readFileSync(new URL(`./certs/${name}`, import.meta.url));
const users = new Map<string, User>([
  ["adas", { name: "ada", tenants: [1, 2] }],
  ["graces", { name: "grace", tenants: [2] }],
]);

interface Scene {
  readonly server: Server;
  readonly target: string;
  /** What the server has logged. */
  readonly lines: readonly CallLine[];
}

async function withNotes(use: (scene: Scene) => Promise<void>): Promise<void> {
  const lines: CallLine[] = [];
  await using server = createNotesServer({
    tls: { cert: pem("server.pem"), key: pem("server.key") },
    verify: async (token) => users.get(token),
    log: (line) => lines.push(line),
  });
  const { target } = await server.listen("127.0.0.1:0");
  await use({ server, target, lines });
}

const channelOf = ({ target }: Scene, options: ChannelOptions = {}) =>
  createChannel(target, { tls: { ca: pem("ca.pem") }, ...options });
const forTenant = (id: number) => new Metadata().set(tenant, id);

test("a good token lets a call through, and the handler knows the user", () =>
  withNotes(async (scene) => {
    await using channel = channelOf(scene, { credentials: bearerToken(async () => "adas") });
    const notes = new NoteServiceClient(channel, { metadata: forTenant(1) });
    expect((await notes.addNote({ text: "buy milk" })).count).toBe(1);
    expect((await notes.addNote({ text: "drink milk" })).count).toBe(2);
    const listed: string[] = [];
    for await (const { text, author } of notes.listNotes({})) listed.push(`${author}: ${text}`);
    expect(listed).toEqual(["ada: buy milk", "ada: drink milk"]);
  }));

const refusals: readonly [why: string, token: string | undefined, metadata: Metadata | undefined, code: Code][] = [
  ["no token", undefined, forTenant(1), Code.UNAUTHENTICATED],
  ["an unknown token", "mallorys", forTenant(1), Code.UNAUTHENTICATED],
  ["no tenant", "adas", undefined, Code.INVALID_ARGUMENT],
  ["a tenant that is no number", "adas", new Metadata({ "x-tenant": "one" }), Code.INVALID_ARGUMENT],
  ["somebody else's tenant", "graces", forTenant(1), Code.PERMISSION_DENIED],
];
for (const [why, token, metadata, code] of refusals) {
  test(`${why} is refused before the handler, and logged`, () =>
    withNotes(async (scene) => {
      await using channel = channelOf(scene, token === undefined ? {} : { credentials: bearerToken(token) });
      const call = new NoteServiceClient(channel).addNote({ text: "buy milk" }, { metadata });
      await expect(call).rejects.toMatchObject({ code });
      expect(scene.lines).toHaveLength(1);
      expect(scene.lines[0]).toMatchObject({ side: "server", path: "/note.v1.NoteService/AddNote" });
      expect(scene.lines[0]?.code).toBe(Object.keys(Code)[code]);
    }));
}

test("a service without the interceptor is open", () =>
  withNotes(async (scene) => {
    await using channel = channelOf(scene);
    expect((await new StatusServiceClient(channel).getStatus({})).text).toBe("serving");
  }));

test("a token does not leave over plaintext", async () => {
  await using server = createNotesServer({ verify: async (token) => users.get(token), log: () => {} });
  const { target } = await server.listen("127.0.0.1:0");
  await using channel = createChannel(target, { credentials: bearerToken("adas") });
  await expect(new NoteServiceClient(channel).addNote({ text: "hm" })).rejects.toMatchObject({
    code: Code.UNAUTHENTICATED,
    message: expect.stringContaining("plaintext"),
  });
  expect(server.stats().calls.started).toBe(0);
});

test("one request id is in the logs of both sides and in the answer", () =>
  withNotes(async (scene) => {
    const clientLines: CallLine[] = [];
    await using channel = channelOf(scene, {
      interceptors: [identifyRequests, logCalls((line) => clientLines.push(line))],
    });
    const call = new StatusServiceClient(channel).getStatus({});
    await call;
    const id = (await call.headers).get(requestId);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(scene.lines).toMatchObject([{ side: "server", requestId: id, code: "OK" }]);
    await call.status;
    expect(clientLines).toMatchObject([{ side: "client", requestId: id, code: "OK" }]);
    expect(clientLines[0]?.durationMs).toBeGreaterThan(0);
  }));

test("an id that the client chose is kept", () =>
  withNotes(async (scene) => {
    await using channel = channelOf(scene);
    const metadata = new Metadata().set(requestId, "chosen-1");
    await new StatusServiceClient(channel).getStatus({}, { metadata });
    expect(scene.lines).toMatchObject([{ requestId: "chosen-1" }]);
  }));

test("a message that breaks a rule ends the call INVALID_ARGUMENT", () =>
  withNotes(async (scene) => {
    await using channel = channelOf(scene, { credentials: bearerToken("adas") });
    const notes = new NoteServiceClient(channel, { metadata: forTenant(1) });
    await expect(notes.addNote({})).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT, message: "text is required" });
  }));

test("the interceptors run for calls inside the process, too", async () => {
  const lines: CallLine[] = [];
  await using server = createNotesServer({ verify: async () => undefined, log: (line) => lines.push(line) });
  await using channel = createInProcessChannel(server);
  await new StatusServiceClient(channel).getStatus({});
  await expect(new NoteServiceClient(channel).addNote({ text: "hm" })).rejects.toMatchObject({
    code: Code.UNAUTHENTICATED,
  });
  expect(lines.map(({ code }) => code)).toEqual(["OK", "UNAUTHENTICATED"]);
});
