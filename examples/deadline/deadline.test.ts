// SPDX-License-Identifier: Apache-2.0
import { Code, createChannel, StatusError } from "petrel";
import { expect, test } from "vitest";
import { startCluster } from "./cluster.js";
import { TripServiceClient } from "./gen/trip/v1/trip_grpc.js";
import type { RateLookup } from "./services.js";

interface Scene {
  readonly trips: TripServiceClient;
  /** What AuditService was told. */
  readonly records: readonly string[];
}

async function withTrips(lookUp: RateLookup, use: (scene: Scene) => Promise<void>): Promise<void> {
  const records: string[] = [];
  await using cluster = await startCluster({ lookUp, audit: (text) => records.push(text) });
  await using channel = createChannel(cluster.target);
  await use({ trips: new TripServiceClient(channel), records });
}

/** A look-up that never gives anything and says when it started and why it was stopped. */
function stuckLookup() {
  let started: () => void;
  let stopped: (reason: unknown) => void;
  const whenStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const whenStopped = new Promise<unknown>((resolve) => {
    stopped = resolve;
  });
  const lookUp: RateLookup = (_city, signal) => {
    started();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        stopped(signal.reason);
        reject(signal.reason);
      });
    });
  };
  return { lookUp, whenStarted, whenStopped };
}

test("each service has less time left than the one that called it", () =>
  withTrips(
    async () => 10_000n,
    async ({ trips, records }) => {
      const plan = await trips.planTrip({ city: "Porto", nights: 3 }, { timeoutMs: 10_000 });
      expect(plan.totalCents).toBe(30_000n);
      expect(plan.remainingMs).toHaveLength(3);
      const [trip = 0, hotel = 0, rate = 0] = plan.remainingMs;
      expect(trip).toBeLessThanOrEqual(10_000);
      expect(hotel).toBeLessThanOrEqual(trip);
      expect(rate).toBeLessThanOrEqual(hotel - 19);
      expect(rate).toBeGreaterThan(0);
      expect(records).toEqual(["trip to Porto"]);
    },
  ));

test("without a deadline the first two services have all the time there is", () =>
  withTrips(
    async () => 10_000n,
    async ({ trips }) => {
      const plan = await trips.planTrip({ city: "Porto", nights: 1 });
      expect(plan.remainingMs).toEqual([Infinity, Infinity, Infinity]);
    },
  ));

test("a deadline set by the traveller stops the look-up two services away", async () => {
  const { lookUp, whenStopped } = stuckLookup();
  await withTrips(lookUp, async ({ trips }) => {
    await expect(trips.planTrip({ city: "Faro", nights: 2 }, { timeoutMs: 400 })).rejects.toMatchObject({
      code: Code.DEADLINE_EXCEEDED,
    });
    expect(await whenStopped).toBeInstanceOf(StatusError);
  });
});

test("a traveller who hangs up stops the look-up two services away, and the record stays", async () => {
  const { lookUp, whenStarted, whenStopped } = stuckLookup();
  await withTrips(lookUp, async ({ trips, records }) => {
    const call = trips.planTrip({ city: "Beja", nights: 1 });
    await whenStarted;
    call.cancel("changed my mind");
    await expect(call).rejects.toMatchObject({ code: Code.CANCELLED, message: "cancelled: changed my mind" });
    expect(await whenStopped).toMatchObject({ code: Code.CANCELLED });
    expect(records).toEqual(["trip to Beja"]);
  });
});

test("an AbortSignal hangs up, too", async () => {
  const { lookUp, whenStarted, whenStopped } = stuckLookup();
  await withTrips(lookUp, async ({ trips }) => {
    const controller = new AbortController();
    const call = trips.planTrip({ city: "Beja", nights: 1 }, { signal: controller.signal });
    await Promise.all([
      whenStarted.then(() => controller.abort()),
      expect(call).rejects.toMatchObject({ code: Code.CANCELLED }),
    ]);
    expect(await whenStopped).toMatchObject({ code: Code.CANCELLED });
  });
});

test("an error of the service in the middle reaches the traveller as it is", () =>
  withTrips(
    async () => 1n,
    async ({ trips }) => {
      await expect(trips.planTrip({ city: "Porto", nights: 0 })).rejects.toMatchObject({
        code: Code.INVALID_ARGUMENT,
        message: "nights must be 1 or more, got 0",
      });
    },
  ));
