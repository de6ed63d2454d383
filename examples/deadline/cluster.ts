// SPDX-License-Identifier: Apache-2.0
import { type Channel, createChannel, createServer, type Server } from "petrel";
import { AuditService, HotelService, RateService, TripService } from "./gen/trip/v1/trip_grpc.js";
import {
  createAuditHandlers,
  createHotelHandlers,
  createRateHandlers,
  createTripHandlers,
  type RateLookup,
} from "./services.js";

/** Three servers in a row, each with a channel to the next. Dispose stops them all, the outermost first. */
export interface Cluster extends AsyncDisposable {
  /** Of the outermost server, which serves trip.v1.TripService. */
  readonly target: string;
}

export interface ClusterOptions {
  readonly lookUp: RateLookup;
  readonly audit: (text: string) => void;
}

/** Starts the cluster on free ports of the loopback interface. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const opened: AsyncDisposable[] = [];
  const serve = async (server: Server): Promise<Channel> => {
    opened.push(server);
    const { target } = await server.listen("127.0.0.1:0");
    const channel = createChannel(target);
    opened.push(channel);
    return channel;
  };
  const rates = await serve(createServer().addService(RateService, createRateHandlers(options.lookUp)));
  const audit = await serve(createServer().addService(AuditService, createAuditHandlers(options.audit)));
  const hotels = await serve(createServer().addService(HotelService, createHotelHandlers(rates)));
  const trips = createServer().addService(TripService, createTripHandlers(hotels, audit));
  opened.push(trips);
  const { target } = await trips.listen("127.0.0.1:0");
  return {
    target,
    async [Symbol.asyncDispose]() {
      for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
    },
  };
}
