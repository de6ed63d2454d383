// SPDX-License-Identifier: Apache-2.0
import { isMessage } from "@bufbuild/protobuf";
import { createServer, type Server, type ServerContext, type ServerTls } from "petrel";
import { authenticate, currentTenant, currentUser, type VerifyToken } from "./auth.js";
import { type CallLine, identifyRequests, logCalls } from "./calls.js";
import { NoteService, type NoteServiceHandlers, StatusService } from "./gen/note/v1/note_grpc.js";
import { AddNoteRequestSchema, type ListNotesResponseInit } from "./gen/note/v1/note_pb.js";
import { checkMessages, limitReplies } from "./messages.js";

export interface NotesOptions {
  readonly tls?: ServerTls | undefined;
  readonly verify: VerifyToken;
  readonly log: (line: CallLine) => void;
}

const maxListed = 1000;

/** A server of notes. Every call is logged; only NoteService asks who is calling. */
export function createNotesServer({ tls, verify, log }: NotesOptions): Server {
  // Outermost first: a call that `authenticate` refuses is identified and logged, too.
  const server = createServer({ tls, interceptors: [identifyRequests, logCalls(log)] });
  server.addService(NoteService, createNotes(), {
    interceptors: [authenticate(verify), checkMessages(faultOf), limitReplies(maxListed)],
  });
  server.addService(StatusService, { getStatus: () => ({ text: "serving" }) });
  return server;
}

function createNotes(): NoteServiceHandlers {
  const notesByTenant = new Map<number | undefined, ListNotesResponseInit[]>();
  const notesOf = (context: ServerContext) => {
    const tenant = context.contextValues.get(currentTenant);
    const notes = notesByTenant.get(tenant) ?? [];
    notesByTenant.set(tenant, notes);
    return notes;
  };
  return {
    addNote({ text }, context) {
      const author = context.contextValues.get(currentUser)?.name;
      return { count: notesOf(context).push({ text, author }) };
    },
    listNotes: (_request, context) => notesOf(context),
  };
}

function faultOf(message: object): string | undefined {
  if (isMessage(message, AddNoteRequestSchema) && message.text === "") return "text is required";
  return undefined;
}
