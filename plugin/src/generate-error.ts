// SPDX-License-Identifier: Apache-2.0

/** A mistake in what the user gave: an option, a `.proto`, a missing import. Its message goes into CodeGeneratorResponse.error. */
export class GenerateError extends Error {
  override readonly name = "GenerateError";
}
