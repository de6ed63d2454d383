// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run conformance:h2 [-- SPEC…]`: h2spec, strict, against a Petrel server, cleartext and TLS. A SPEC such as
 * `http2/6.9` runs that section alone. Exits 1 unless every case passes; a skipped case counts as failed.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackages, run, startServer } from "./child-process.js";
import { goTool } from "./tools.js";

interface Counts {
  readonly total: number;
  readonly passed: number;
}

const program = "runtime/test/conformance/h2-server.ts";
const caseTimeoutSeconds = 2;
const certificate = ["--tls_cert_file=testdata/certs/server.pem", "--tls_key_file=testdata/certs/server.key"];
const modes = [
  { name: "cleartext", serverFlags: [], h2specFlags: [] },
  { name: "TLS", serverFlags: certificate, h2specFlags: ["-t", "-k"] },
];

const specs = process.argv.slice(2);
const h2spec = await goTool("github.com/summerwind/h2spec/cmd/h2spec@latest");
await buildPackages();

let passed = 0;
let failed = 0;
for (const { name, serverFlags, h2specFlags } of modes) {
  const startedAt = performance.now();
  const counts = await judge(serverFlags, h2specFlags);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`h2spec -S, ${name}: ${counts.passed} of ${counts.total} passed in ${seconds} s`);
  passed += counts.passed;
  failed += counts.total - counts.passed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

async function judge(serverFlags: readonly string[], h2specFlags: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), "petrel-h2spec-"));
  try {
    const reportPath = join(folder, "report.xml");
    await using server = await startServer(process.execPath, ["--import", "tsx", program, ...serverFlags]);
    const { stdout, stderr } = await run(h2spec, [
      ...specs,
      ...["-S", "-h", "127.0.0.1", "-p", String(server.port), "-P", "/"],
      ...["-o", String(caseTimeoutSeconds), "-j", reportPath],
      ...h2specFlags,
    ]);
    const summary = /^(\d+) tests?, (\d+) passed, (\d+) skipped, (\d+) failed$/m.exec(stdout);
    if (summary === null) throw new Error(`h2spec gave no summary\n${stdout}${stderr}`);
    const counts = { total: Number(summary[1]), passed: Number(summary[2]) };
    if (stdout.includes("Failures:")) console.log(stdout.slice(stdout.indexOf("Failures:")));
    for (const name of skippedCases(await readFile(reportPath, "utf8"))) console.log(`skipped: ${name}`);
    return counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** h2spec skips a case when the server leaves it nothing to test: no limit announced, a reply without a body. */
function skippedCases(report: string): string[] {
  const testCase = /<testcase package="([^"]*)" classname="([^"]*)"[^>]*>\s*<skipped>/g;
  return Array.from(report.matchAll(testCase), ([, section, title]) => `${section} ${title}`);
}
