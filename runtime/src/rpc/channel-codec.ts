// SPDX-License-Identifier: Apache-2.0
import type { MessageCodec } from "./message-codec.js";

/** The form messages take on the wire, as the content-type's suffix names it. */
export type CodecName = "proto" | "json";

/** How a channel writes messages: Protobuf's bytes (`protoCodec`) or JSON (`jsonCodec` of `petrel/json`). */
export interface ChannelCodec {
  readonly name: CodecName;
  /**
   * The codec that writes the same type in this form. The same result for the same argument. Throws an Error that names
   * the type when this form does not know it.
   */
  codecFor<T, I>(codec: MessageCodec<T, I>): MessageCodec<T, I>;
}

/** Protobuf's bytes: every codec as it is. */
export const protoCodec: ChannelCodec = { name: "proto", codecFor: (codec) => codec };
