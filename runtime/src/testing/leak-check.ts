// SPDX-License-Identifier: Apache-2.0
import { Server, Socket } from "node:net";

/** Watches what keeps the process alive: sockets, servers, timers, child processes, and promises nobody handled. */
export interface LeakCheck {
  /** What there is now beyond what there was at the start, one line each. */
  remaining(): readonly string[];
  /**
   * Resolves once nothing remains, looking again for up to `timeoutMs` (default 10 s) of real time. Rejects with the list of
   * what is left otherwise. Ends the check in either case.
   */
  assertNoLeaks(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
}

// Taken before a test replaces them with fake ones.
const { setTimeout: realSetTimeout } = globalThis;
const realNow = performance.now.bind(performance);
const pollMs = 20;
const defaultTimeoutMs = 10_000;

/**
 * Starts a leak check; what is open already is not counted.
 *
 * ```ts
 * const leaks = createLeakCheck();
 * afterAll(() => leaks.assertNoLeaks());
 * ```
 */
export function createLeakCheck(): LeakCheck {
  return new ProcessLeakCheck();
}

class ProcessLeakCheck implements LeakCheck {
  readonly #baseline = countResources();
  readonly #knownHandles = new Set(activeHandles());
  readonly #rejections: unknown[] = [];
  readonly #onRejection = (reason: unknown) => this.#rejections.push(reason);

  constructor() {
    process.on("unhandledRejection", this.#onRejection);
  }

  remaining(): readonly string[] {
    const lines: string[] = [];
    for (const [type, count] of countResources()) {
      const extra = count - (this.#baseline.get(type) ?? 0);
      if (extra > 0) lines.push(`${extra} ${type}`);
    }
    if (lines.length > 0) {
      const handles = activeHandles().filter((handle) => !this.#knownHandles.has(handle));
      lines.push(...handles.map(describeHandle).filter((line) => line !== ""));
    }
    return [...lines, ...this.#rejections.map((reason) => `unhandled rejection: ${describeReason(reason)}`)];
  }

  async assertNoLeaks({ timeoutMs = defaultTimeoutMs } = {}): Promise<void> {
    const until = realNow() + timeoutMs;
    let remaining = this.remaining();
    while (remaining.length > 0 && realNow() < until) {
      await new Promise((resolve) => realSetTimeout(resolve, pollMs));
      remaining = this.remaining();
    }
    process.off("unhandledRejection", this.#onRejection);
    if (remaining.length > 0) throw new Error(`left open after ${timeoutMs} ms:\n  ${remaining.join("\n  ")}`);
  }
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Node shows its handles only here, undocumented: used to say more, never to decide. */
function activeHandles(): readonly unknown[] {
  return (process as { _getActiveHandles?: () => unknown[] })._getActiveHandles?.() ?? [];
}

function describeHandle(handle: unknown): string {
  if (handle instanceof Server) return `  server listening on ${JSON.stringify(handle.address())}`;
  if (!(handle instanceof Socket)) return "";
  const { localAddress, localPort, remoteAddress, remotePort } = handle;
  return `  socket ${localAddress}:${localPort} to ${remoteAddress}:${remotePort}`;
}

const describeReason = (reason: unknown) =>
  reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
