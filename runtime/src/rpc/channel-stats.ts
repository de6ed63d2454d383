// SPDX-License-Identifier: Apache-2.0

/** What a channel has done so far, as plain data: counters since it was made, on all of its connections. */
export interface ChannelStats {
  readonly calls: {
    readonly started: number;
    readonly running: number;
    /** Waiting for a connection, or for a slot under the server's MAX_CONCURRENT_STREAMS. */
    readonly queued: number;
    /** Calls that have ended, by status: `{ OK: 12, UNAVAILABLE: 1 }`. */
    readonly ended: Readonly<Record<string, number>>;
  };
  readonly connections: {
    readonly attempts: number;
    readonly failedAttempts: number;
    /** Connections that became READY. */
    readonly connected: number;
    /** Connections that took no more calls before they ended: GOAWAY received, or identifiers used up. */
    readonly drained: number;
    /** Connections given up because no keepalive PING was answered within `keepalive.timeoutMs`. */
    readonly unresponsive: number;
    readonly open: number;
  };
  /** How often each limit was hit, by its name in `options.limits`, and `receiveMaxBytes`: see docs/limits.md. */
  readonly limits: Readonly<Record<string, number>>;
}
