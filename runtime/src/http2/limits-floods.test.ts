// SPDX-License-Identifier: Apache-2.0
// Frames that cost more than they say: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA (CVE-2019-9512 to 9518).
import { expect, test } from "vitest";
import { open, serve, testBoundaries, times } from "../../test/support/http2-boundary.js";
import {
  dataFrame,
  frame,
  headersFrame,
  pingFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../../test/support/http2-frames.js";
import { concat, responseHead } from "../../test/support/http2-pair.js";

testBoundaries([
  {
    limit: "maxEmptyDataFrames",
    value: 100,
    use: (amount, limits) => serve(limits, open(1), ...times(amount, () => dataFrame(1, []))),
  },
  {
    limit: "maxSettingsEntries",
    value: 32,
    use: (amount, limits) => serve(limits, settingsFrame(...Array.from({ length: amount }, () => setting(0x20, 1)))),
  },
  {
    limit: "maxSpareWindowUpdates",
    value: 5,
    use: (amount, limits) => serve(limits, ...times(amount, () => windowUpdate(0, 1))),
  },
  {
    limit: "maxPrioritiesPerStream",
    value: 100,
    use: (amount, limits) => serve(limits, ...times(amount, () => frame(2, 0, 9, [0, 0, 0, 1, 9]))),
  },
  {
    limit: "maxPrioritiesPerStream",
    value: 100,
    what: "of unknown frames",
    use: (amount, limits) => serve(limits, ...times(amount, (index) => frame(0xbe, 0, index))),
  },
  {
    limit: "maxQueuedControlReplies",
    value: 10,
    use: (amount, limits) => serve(limits, ...times(amount, () => pingFrame())),
    beyond: (server) => {
      expect(server.input).toBe("paused");
      const bytes = server.connection.takeOutput() as Uint8Array;
      expect(server.input).toBe("paused");
      server.connection.outputWritten(bytes.length);
      expect(server.input).toBe("reading");
    },
    within: (server) => expect(server.input).toBe("reading"),
  },
  {
    limit: "maxQueuedControlRepliesBeforeClose",
    value: 1_000,
    use: (amount, limits) => serve(limits, ...times(amount, () => pingFrame())),
  },
]);

test("a peer that credits every DATA frame twice is not a WINDOW_UPDATE flood", () => {
  const server = serve({}, headersFrame(1));
  const { stream } = server.requests[0];
  stream?.sendHeaders(responseHead, false);
  for (let count = 0; count < 1_000; count++) {
    stream?.sendData(new Uint8Array(100), false);
    server.take();
    server.give(concat([windowUpdate(1, 100), windowUpdate(0, 100)]));
  }
  expect(server.ended).toBeUndefined();
});
