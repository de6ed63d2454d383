// SPDX-License-Identifier: Apache-2.0

/**
 * A field block this endpoint cannot decode. The two dynamic tables no longer agree, so the connection must
 * end with COMPRESSION_ERROR (RFC 7541 §2.3.3, RFC 9113 §4.3).
 */
export class HpackError extends Error {
  override readonly name: string = "HpackError";
  /** The peer wants a larger table than it was given, which is a limit of ours. */
  readonly tableTooLarge: boolean;

  constructor(message: string, tableTooLarge = false) {
    super(message);
    this.tableTooLarge = tableTooLarge;
  }
}
