// SPDX-License-Identifier: Apache-2.0

/** Which end of the connection we are. */
export type Role = "client" | "server";

/**
 * Every quantity a peer controls, its bound, and what happens beyond it. All are on by default and counted under their
 * own name in `Http2Counters`. Sizes are octets, times milliseconds.
 */
export interface Http2Limits {
  /** Default 256. Streams whose handlers may run at once; more are REFUSED_STREAM. Stops rapid reset (CVE-2023-44487). */
  readonly maxConcurrentStreams: number;
  /** Default 256 KiB. Receive window of a new stream, at first. Beyond: FLOW_CONTROL_ERROR. Bounds unread data per stream. */
  readonly streamWindowBytes: number;
  /** Default 4 MiB. How far a stream's window grows to fill a fast link. Counted when it gets there. */
  readonly maxStreamWindowBytes: number;
  /** Default 1 MiB. Receive window of the connection, at first. Beyond: FLOW_CONTROL_ERROR. */
  readonly connectionWindowBytes: number;
  /** Default 16 MiB. How far the connection's window grows. Counted when it gets there. */
  readonly maxConnectionWindowBytes: number;
  /** Default 16,384. Largest frame accepted (SETTINGS_MAX_FRAME_SIZE). Beyond: FRAME_SIZE_ERROR. */
  readonly maxFrameBytes: number;
  /** Default 8 KiB. Decoded field section (RFC 9113 §6.5.2). Beyond: 431 or a stream error. Stops HPACK bombs (CVE-2016-6581). */
  readonly maxHeaderListBytes: number;
  /** Default 64 KiB. Encoded field block. Beyond: the connection ends. Stops CONTINUATION floods (CVE-2023-45288). */
  readonly maxHeaderBlockBytes: number;
  /** Default 128. Field lines in a section, cookie crumbs included. Beyond: as `maxHeaderListBytes` (CVE-2026-49975). */
  readonly maxHeaderFields: number;
  /** Default 8. CONTINUATION frames in a block. Beyond: the connection ends (CVE-2024-28182). */
  readonly maxContinuationFrames: number;
  /** Default 5 s. From the first octet of a field block to its last, and for any other frame but DATA. Stops slow-loris. */
  readonly headerBlockTimeoutMs: number;
  /** Default 4096. HPACK table we keep for the peer (SETTINGS_HEADER_TABLE_SIZE). Beyond: COMPRESSION_ERROR. */
  readonly headerTableBytes: number;
  /** Default 200. Replies to PING, SETTINGS, … not yet written at which reading stops (CVE-2019-9512, 9515). */
  readonly maxQueuedControlReplies: number;
  /** Default 1000. Such replies at which the connection ends. */
  readonly maxQueuedControlRepliesBeforeClose: number;
  /** Default 200. RST_STREAM of young, unanswered requests whose handlers run, at once. Beyond: the connection ends (rapid reset). */
  readonly peerResetBurst: number;
  /** Default 33. Such resets a second, in the long run. A stream that ends normally gives one back. Counted with `peerResetBurst`. */
  readonly peerResetsPerSecond: number;
  /** Default 100. Streams we had to reset because the peer broke a rule, at once. Beyond: the connection ends (CVE-2025-8671). */
  readonly ownResetBurst: number;
  /** Default 10. Such resets a second, in the long run. Counted with `ownResetBurst`. */
  readonly ownResetsPerSecond: number;
  /** Default 100. Empty DATA frames without END_STREAM not made up for by others. Beyond: the connection ends (CVE-2019-9518). */
  readonly maxEmptyDataFrames: number;
  /** Default 256. A DATA frame below this size counts 64 octets more as unread (CVE-2026-84304). Counted when these stop reading. */
  readonly smallDataFrameBytes: number;
  /** Default 32. Entries of one SETTINGS frame. Beyond: the connection ends. */
  readonly maxSettingsEntries: number;
  /** Default 5. WINDOW_UPDATE frames beyond 2 × (streams + 10 × DATA frames sent). Beyond: the connection ends. */
  readonly maxSpareWindowUpdates: number;
  /** Default 100. PRIORITY and unknown frames for each stream opened, plus one. Beyond: the connection ends (CVE-2019-9513). */
  readonly maxPrioritiesPerStream: number;
  /** Default 64. Streams opened, and 256 octets of field blocks, per turn of the event loop; the rest waits for the next. */
  readonly maxNewStreamsPerTurn: number;
  /** Default 16. 1xx responses to one request. Beyond: stream error. */
  readonly maxInterimResponses: number;
  /** Default 10 s. For the peer to acknowledge our SETTINGS. Beyond: SETTINGS_TIMEOUT. */
  readonly settingsAckTimeoutMs: number;
  /** Default 10 s. For the peer's preface and first SETTINGS. Beyond: the connection ends. Stops slow-loris. */
  readonly prefaceTimeoutMs: number;
  /** Default 60 s. Without progress of queued data: the stream is reset; of written bytes: the connection ends. */
  readonly streamStallTimeoutMs: number;
  /** Default 5 s. For the peer to answer the first GOAWAY's PING before the second names the last stream. */
  readonly drainTimeoutMs: number;
  /** Default 8 MiB. Received and not yet consumed on all streams. Beyond: no credit; twice that: reading stops. */
  readonly maxUnreadBytes: number;
  /** Default 256 KiB. Output not yet taken at which DATA waits in its stream; at four times that a server stops reading. */
  readonly maxOutputBytes: number;
}

/** A limit's name. */
export type Http2LimitName = keyof Http2Limits;

/** How often each limit was hit, by the limit's name: on one connection, or on all that share the counters. */
export type Http2Counters = { [Name in Http2LimitName]: number };

const KiB = 1024;
const MiB = 1024 * KiB;
const maxWindow = 0x7fff_ffff;
const maxInteger = Number.MAX_SAFE_INTEGER;
const maxTimer = 0x7fff_ffff;

/** Default, least and greatest value of each limit. */
const table: { readonly [Name in Http2LimitName]: readonly [number, number, number] } = {
  maxConcurrentStreams: [256, 0, 0xffff_ffff],
  streamWindowBytes: [256 * KiB, 65_535, maxWindow],
  maxStreamWindowBytes: [4 * MiB, 65_535, maxWindow],
  connectionWindowBytes: [1 * MiB, 65_535, maxWindow],
  maxConnectionWindowBytes: [16 * MiB, 65_535, maxWindow],
  maxFrameBytes: [16_384, 16_384, 16_777_215],
  maxHeaderListBytes: [8 * KiB, 256, 0xffff_ffff],
  maxHeaderBlockBytes: [64 * KiB, 256, maxWindow],
  maxHeaderFields: [128, 8, maxWindow],
  maxContinuationFrames: [8, 0, maxWindow],
  headerBlockTimeoutMs: [5_000, 1, maxTimer],
  headerTableBytes: [4096, 0, 1 * MiB],
  maxQueuedControlReplies: [200, 1, maxInteger],
  maxQueuedControlRepliesBeforeClose: [1000, 1, maxInteger],
  peerResetBurst: [200, 0, maxInteger],
  peerResetsPerSecond: [33, 0, maxInteger],
  ownResetBurst: [100, 0, maxInteger],
  ownResetsPerSecond: [10, 0, maxInteger],
  maxEmptyDataFrames: [100, 0, maxInteger],
  smallDataFrameBytes: [256, 0, 16_384],
  maxSettingsEntries: [32, 6, maxInteger],
  maxSpareWindowUpdates: [5, 0, maxInteger],
  maxPrioritiesPerStream: [100, 0, maxInteger],
  maxNewStreamsPerTurn: [64, 1, maxInteger],
  maxInterimResponses: [16, 0, maxInteger],
  settingsAckTimeoutMs: [10_000, 1, maxTimer],
  prefaceTimeoutMs: [10_000, 1, maxTimer],
  streamStallTimeoutMs: [60_000, 1, maxTimer],
  drainTimeoutMs: [5_000, 1, maxTimer],
  maxUnreadBytes: [8 * MiB, 65_535, maxInteger],
  maxOutputBytes: [256 * KiB, 16_384, 1024 * MiB],
};

/** Names of all limits, in the order of their documentation. */
export const http2LimitNames = Object.keys(table) as readonly Http2LimitName[];

/** Defaults for a role. Both roles start from the same figures. */
export function defaultHttp2Limits(_role: Role): Http2Limits {
  return Object.fromEntries(http2LimitNames.map((name) => [name, table[name][0]])) as unknown as Http2Limits;
}

/**
 * Defaults with the user's values over them. Throws a TypeError for an unknown name and a RangeError for a value out of
 * range, naming the limit, the value found and what is accepted.
 */
export function resolveHttp2Limits(role: Role, partial: Partial<Http2Limits> = {}): Http2Limits {
  const limits: Record<string, number> = { ...defaultHttp2Limits(role) };
  for (const [name, value] of Object.entries(partial) as [Http2LimitName, unknown][]) {
    if (!Object.hasOwn(table, name)) {
      throw new TypeError(`unknown HTTP/2 limit ${JSON.stringify(name)}, accepted are ${http2LimitNames.join(", ")}`);
    }
    if (value === undefined) continue;
    const [, least, greatest] = table[name];
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > greatest) {
      throw new RangeError(
        `HTTP/2 limit ${name} must be an integer from ${least} to ${greatest}, got ${String(value)}`,
      );
    }
    limits[name] = value;
  }
  for (const [small, large] of ordered) {
    // A user who sets only the smaller one means the larger one to follow.
    if (limits[small] <= limits[large]) continue;
    if (partial[large] !== undefined) {
      throw new RangeError(`HTTP/2 limit ${small} (${limits[small]}) must not be above ${large} (${limits[large]})`);
    }
    limits[large] = limits[small];
  }
  return limits as unknown as Http2Limits;
}

/** Counters at zero. */
export function createHttp2Counters(): Http2Counters {
  return Object.fromEntries(http2LimitNames.map((name) => [name, 0])) as Http2Counters;
}

const ordered: readonly (readonly [Http2LimitName, Http2LimitName])[] = [
  ["streamWindowBytes", "maxStreamWindowBytes"],
  ["connectionWindowBytes", "maxConnectionWindowBytes"],
  ["maxQueuedControlReplies", "maxQueuedControlRepliesBeforeClose"],
];
