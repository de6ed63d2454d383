// SPDX-License-Identifier: Apache-2.0

/** The five states of a channel (connectivity-semantics). */
export type ConnectivityState = "IDLE" | "CONNECTING" | "READY" | "TRANSIENT_FAILURE" | "SHUTDOWN";
