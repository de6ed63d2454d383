// SPDX-License-Identifier: Apache-2.0
export { plugin } from "./plugin.js";
