// SPDX-License-Identifier: Apache-2.0

/**
 * Where a stream is in its life (RFC 9113 §5.1). Idle streams have no object, and without push nothing is reserved:
 *
 *            HEADERS sent or received
 *                      │
 *     ES received    open    ES sent
 *          ┌───────────┴───────────┐
 *   halfClosedRemote        halfClosedLocal
 *          └───────────┬───────────┘     ES: END_STREAM
 *    ES sent         closed   ES received, or RST_STREAM either way from any state
 */
export type StreamState = "open" | "halfClosedLocal" | "halfClosedRemote" | "closed";
