// SPDX-License-Identifier: Apache-2.0
import { Metadata } from "petrel";
import { expect, test } from "vitest";
import { appendHeaders, toEntries, toHeaders } from "./header.js";

test("values of one name share one entry, in their order", () => {
  const metadata = new Metadata([
    ["x-a", "1"],
    ["x-b", "2"],
    ["x-a", "3"],
  ]);
  expect(toHeaders(metadata)).toEqual([
    { name: "x-a", value: ["1", "3"] },
    { name: "x-b", value: ["2"] },
  ]);
});

test("-bin values are bytes here and unpadded base64 in the suite's headers", () => {
  const metadata = new Metadata();
  appendHeaders(metadata, [{ name: "X-Data-Bin", value: ["AQI", "/w=="] }]);
  expect(toEntries([{ name: "X-Data-Bin", value: ["AQI"] }])).toEqual([["X-Data-Bin", Buffer.from([1, 2])]]);
  expect(toHeaders(metadata)).toEqual([{ name: "x-data-bin", value: ["AQI", "/w"] }]);
});
