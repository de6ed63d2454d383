// SPDX-License-Identifier: Apache-2.0

/** Memory that need not be cleared: only for what is written whole before any of it is read. */
export { allocateBytes } from "#text";
