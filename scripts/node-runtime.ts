// SPDX-License-Identifier: Apache-2.0
import { installRuntime } from "../runtime/test/runtimes/runtime.js";

/** Versions of Node that a judge or the bench asks for; which release that is, `installRuntime` says. */
export type NodeMajor = 20 | 22 | 24 | 26;

/**
 * Returns the path of a Node binary other than the one we run under, installed once from npm into `.cache/runtimes`.
 * Rejects for a version that is not pinned, and on machines that the pinned packages are not for.
 */
export async function nodeRuntime(major: NodeMajor): Promise<string> {
  const { command } = await installRuntime(`node-${major}`);
  return command[0];
}
