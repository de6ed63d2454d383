// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, sensitiveHeaders } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { decodeFrameLength, decodeUint31 } from "../../src/http2/frame/header.js";
import { frame, setting, settingsFrame } from "../support/http2-frames.js";
import type { HpackPeer, HpackReading, HpackStory, Pair } from "./hpack-peer.js";

const prefaceBytes = 24;
const timeoutMs = 20_000;

/** nghttp2, as it is in node:http2: a client whose requests are recorded by a bare server, and answered with our blocks. */
export const nghttp2: HpackPeer = {
  name: "nghttp2 (node:http2)",
  lacks: () => undefined,
  async tell(stories) {
    const readings: HpackReading[] = [];
    for (const story of stories) readings.push(await tellOne(story));
    return readings;
  },
};

async function tellOne(story: HpackStory): Promise<HpackReading> {
  const blocks: string[] = [];
  const lists: (readonly Pair[])[] = [];
  const server = createServer((socket) => answerRequests(socket, story, blocks));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { tableBytes } = story;
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    settings: { headerTableSize: tableBytes },
    maxDeflateDynamicTableSize: tableBytes,
    maxHeaderListPairs: 1_000,
  });
  const failed = new Promise<never>((_, reject) => session.once("error", reject));
  const timer = setTimeout(() => session.destroy(new Error(`node:http2 took longer than ${timeoutMs} ms`)), timeoutMs);
  try {
    // Ours come first: its encoder must know the table's size before it writes a block.
    await Promise.race([once(session, "remoteSettings"), failed]);
    for (const list of story.lists) lists.push(await Promise.race([request(session, list), failed]));
  } finally {
    clearTimeout(timer);
    session.destroy();
    server.close();
  }
  return { blocks, lists };
}

async function request(session: ClientHttp2Session, list: readonly Pair[]): Promise<readonly Pair[]> {
  const headers = { ...Object.fromEntries(list), [sensitiveHeaders]: ["authorization"] };
  const stream: ClientHttp2Stream = session.request(headers, { endStream: true });
  stream.resume();
  const [answer] = (await once(stream, "response")) as [Record<string, unknown>];
  if (!stream.closed) await once(stream, "close");
  return Object.entries(answer).map(([name, value]): Pair => [name, String(value)]);
}

/** Speaks just enough HTTP/2: SETTINGS, and HEADERS of a story for HEADERS. */
function answerRequests(socket: Socket, story: HpackStory, blocks: string[]): void {
  let received: Uint8Array = new Uint8Array(0);
  let position = prefaceBytes;
  socket.on("error", () => socket.destroy());
  socket.write(settingsFrame(setting(1, story.tableBytes)));
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= position + 9 && received.length >= position + 9 + decodeFrameLength(received, position)) {
      const end = position + 9 + decodeFrameLength(received, position);
      const [type, flags] = [received[position + 3], received[position + 4]];
      if (type === 4 && (flags & 1) === 0) socket.write(frame(4, 1, 0));
      if (type === 1) {
        // nghttp2 sends no priority fields and no padding here, and our lists fit one frame.
        blocks.push(Buffer.from(received.subarray(position + 9, end)).toString("hex"));
        const answer = Buffer.from(story.blocks[blocks.length - 1], "hex");
        socket.write(frame(1, 5, decodeUint31(received, position + 5), answer));
      }
      position = end;
    }
  });
}
