// SPDX-License-Identifier: Apache-2.0
import type { Any } from "@bufbuild/protobuf/wkt";
import { Code } from "./code.js";

/** How a call ended. */
export interface Status {
  readonly code: Code;
  readonly message: string;
  /** Typed details (google.rpc.Status.details); empty when there are none. */
  readonly details: readonly Any[];
}

/** The status of a call that succeeded. */
export const okStatus: Status = Object.freeze({
  code: Code.OK,
  message: "",
  details: Object.freeze([]) as readonly Any[],
});
