// SPDX-License-Identifier: Apache-2.0

/** What V8 writes with `--cpu-prof`; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Functions that read and write messages: generated ones, what they stand on, and protobuf-es where it is still used. */
const codecFile = /_pb\.js$|\/runtime\/dist\/wire\/|@bufbuild\/protobuf\//;
const idleFrames = ["(idle)", "(root)"];
const virtualFrames = [...idleFrames, "(garbage collector)", "(program)"];

/**
 * The share of processor time, from 0 to 1, that the last `seconds` of work spent in codecs. Idling does not count, nor
 * what came before: the start and the warm-up. What codecs call in the engine and in Node itself is theirs.
 */
export function codecShare({ nodes, samples, timeDeltas }: CpuProfile, seconds: number): number {
  const codecs = codecNodes(nodes);
  const idle = new Set(
    nodes.filter(({ callFrame }) => idleFrames.includes(callFrame.functionName)).map(({ id }) => id),
  );
  let busyUs = 0;
  let codecUs = 0;
  let windowUs = 0;
  for (let i = samples.length - 1; i >= 0 && windowUs < seconds * 1e6; i--) {
    const node = samples[i] as number;
    const us = timeDeltas[i] as number;
    // Behind the last work nothing is counted: a server idles until it is stopped.
    if (busyUs > 0 || !idle.has(node)) windowUs += us;
    if (idle.has(node)) continue;
    busyUs += us;
    if (codecs.has(node)) codecUs += us;
  }
  if (busyUs === 0) throw new Error("the profile holds no work");
  return codecUs / busyUs;
}

/** Nodes of codec files, and below them those without a file of ours: built-in functions and modules of Node. */
function codecNodes(nodes: readonly ProfileNode[]): Set<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set<number>();
  const visit = (node: ProfileNode, isInCodec: boolean): void => {
    const { functionName, url } = node.callFrame;
    const isBuiltIn = (url === "" || url.startsWith("node:")) && !virtualFrames.includes(functionName);
    const isCodec = codecFile.test(url) || (isBuiltIn && isInCodec);
    if (isCodec) found.add(node.id);
    for (const child of node.children ?? []) visit(byId.get(child) as ProfileNode, isCodec);
  };
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  for (const node of nodes) if (!children.has(node.id)) visit(node, false);
  return found;
}
