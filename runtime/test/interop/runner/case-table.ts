// SPDX-License-Identifier: Apache-2.0

/** The cases of gRPC's interop descriptions that every client–server pair is asked to run. */
export const caseNames = [
  "empty_unary",
  "large_unary",
  "client_compressed_unary",
  "server_compressed_unary",
  "client_streaming",
  "client_compressed_streaming",
  "server_streaming",
  "server_compressed_streaming",
  "ping_pong",
  "empty_stream",
  "custom_metadata",
  "status_code_and_message",
  "special_status_message",
  "unimplemented_method",
  "unimplemented_service",
  "cancel_after_begin",
  "cancel_after_first_response",
  "timeout_on_sleeping_server",
  "pick_first_unary",
  "concurrent_large_unary",
  "rpc_soak",
  "channel_soak",
] as const;
export type CaseName = (typeof caseNames)[number];

/** Cases that limit the time of every call: they run alone, so that no other case's load counts against them. */
export const timedCaseNames: ReadonlySet<CaseName> = new Set(["rpc_soak", "channel_soak"]);

/** The cases whose server is ours and misbehaves (../bad-server). */
export const badServerCaseNames = [
  "goaway",
  "rst_after_header",
  "rst_during_data",
  "rst_after_data",
  "ping",
  "max_streams",
  "data_frame_padding",
  "no_df_padding_sanity_test",
] as const;
export type BadServerCaseName = (typeof badServerCaseNames)[number];

/** Cases of the descriptions that nobody here runs, and why. */
export const excludedCases: Readonly<{ [name: string]: string }> = {
  cacheable_unary: "needs HTTP GET and a caching proxy between; gRPC over HTTP/2 is POST, and no peer's program has it",
  long_lived_channel: "spaces its calls by minutes",
  "orca_per_rpc, orca_oob": "backend metrics come with the standard services",
  "compute_engine_creds, jwt_token_creds, oauth2_auth_token, per_rpc_creds, google_default_credentials, compute_engine_channel_credentials":
    "need a Google account",
};
