// SPDX-License-Identifier: Apache-2.0
import { type Channel, Code, StatusError } from "petrel";
import {
  AuditServiceClient,
  type AuditServiceHandlers,
  HotelServiceClient,
  type HotelServiceHandlers,
  RateServiceClient,
  type RateServiceHandlers,
  type TripServiceHandlers,
} from "./gen/trip/v1/trip_grpc.js";
import type { GetRateResponseInit, PlanTripResponseInit, QuoteHotelResponseInit } from "./gen/trip/v1/trip_pb.js";

/** Looks a rate up somewhere slow. Must end when the signal aborts. */
export type RateLookup = (city: string, signal: AbortSignal) => Promise<bigint>;

/** The outermost service. What it has left of its time goes with the call it makes, without a word in the code. */
export function createTripHandlers(hotelChannel: Channel, auditChannel: Channel): TripServiceHandlers {
  const hotels = new HotelServiceClient(hotelChannel);
  const audit = new AuditServiceClient(auditChannel);
  return {
    async planTrip({ city, nights }, context) {
      const remainingMs = context.remainingMs();
      // parent: null: the record is written even when this call is cancelled while it is on its way.
      await audit.record({ text: `trip to ${city}` }, { parent: null, timeoutMs: 5_000 });
      const quote = await hotels.quoteHotel({ city, nights });
      return {
        totalCents: quote.totalCents,
        remainingMs: [remainingMs, ...quote.remainingMs],
      } satisfies PlanTripResponseInit;
    },
  };
}

/** The service in the middle. It keeps 20 ms for itself: a timeout of its own can only shorten what it inherits. */
export function createHotelHandlers(rateChannel: Channel): HotelServiceHandlers {
  const rates = new RateServiceClient(rateChannel);
  return {
    async quoteHotel({ city, nights }, context) {
      if (nights < 1) throw new StatusError(Code.INVALID_ARGUMENT, `nights must be 1 or more, got ${nights}`);
      const remainingMs = context.remainingMs();
      const rate = await rates.getRate({ city }, { timeoutMs: Math.max(0, remainingMs - 20) });
      return {
        totalCents: rate.centsPerNight * BigInt(nights),
        remainingMs: [remainingMs, rate.remainingMs],
      } satisfies QuoteHotelResponseInit;
    },
  };
}

/** The innermost service: `context.signal` aborts when the traveller hangs up or the time is over, two services away. */
export function createRateHandlers(lookUp: RateLookup): RateServiceHandlers {
  return {
    async getRate({ city }, context) {
      const remainingMs = context.remainingMs();
      const centsPerNight = await lookUp(city, context.signal);
      return { centsPerNight, remainingMs } satisfies GetRateResponseInit;
    },
  };
}

export function createAuditHandlers(write: (text: string) => void): AuditServiceHandlers {
  return {
    record({ text }) {
      write(text);
      return {};
    },
  };
}
