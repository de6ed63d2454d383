// SPDX-License-Identifier: Apache-2.0
// A trip with enough time, one with too little, and one whose traveller hangs up.
import { setTimeout as delay } from "node:timers/promises";
import { codeName, createChannel, StatusError } from "petrel";
import { startCluster } from "./cluster.js";
import { TripServiceClient } from "./gen/trip/v1/trip_grpc.js";

await using cluster = await startCluster({
  async lookUp(city, signal) {
    signal.addEventListener("abort", () =>
      console.log(`  rates: stopped looking for ${city}: ${signal.reason.message}`),
    );
    await delay(200, undefined, { signal });
    return 9_900n;
  },
  audit: (text) => console.log(`  audit: ${text}`),
});
await using channel = createChannel(cluster.target);
const trips = new TripServiceClient(channel);

const { totalCents, remainingMs } = await trips.planTrip({ city: "Porto", nights: 3 }, { timeoutMs: 2_000 });
console.log(`Porto: ${totalCents} cents; the services had ${remainingMs.map(Math.round).join(", ")} ms left`);

await tell("Faro", trips.planTrip({ city: "Faro", nights: 2 }, { timeoutMs: 100 }));

const call = trips.planTrip({ city: "Beja", nights: 1 });
setTimeout(() => call.cancel("changed my mind"), 50);
await tell("Beja", call);

async function tell(city: string, trip: Promise<unknown>): Promise<void> {
  try {
    await trip;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    console.log(`${city}: ${codeName(error.code)}: ${error.message}`);
  }
}
