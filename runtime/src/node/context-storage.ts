// SPDX-License-Identifier: Apache-2.0
import { AsyncLocalStorage } from "node:async_hooks";
import type { ContextStorage, ServerContext } from "../rpc/server-context.js";

/**
 * Keeps the context of the running handler in an AsyncLocalStorage. One `run` anywhere makes every await of the
 * process slower on Node 20 and 22, so callers enter it only while a channel is open (`enabled`).
 */
export class NodeContextStorage implements ContextStorage {
  readonly #storage = new AsyncLocalStorage<ServerContext>();
  #openChannels = 0;

  get enabled(): boolean {
    return this.#openChannels > 0;
  }

  run<T>(context: ServerContext, callback: () => T): T {
    return this.#storage.run(context, callback);
  }

  current(): ServerContext | undefined {
    return this.#openChannels > 0 ? this.#storage.getStore() : undefined;
  }

  enable(): () => void {
    this.#openChannels += 1;
    let state: "open" | "closed" = "open";
    return () => {
      if (state === "closed") return;
      state = "closed";
      this.#openChannels -= 1;
    };
  }
}
