// SPDX-License-Identifier: Apache-2.0
// Makes one echo call on the port given, so that no server is measured that answers wrongly: h2load reads no trailers.
import { readFileSync } from "node:fs";
import * as payload from "../payload.js";
import { connect } from "./client.js";

const [port, ca] = process.argv.slice(2);
const client = await connect(Number(port), ca && readFileSync(ca));
const { text } = await client.echo();
if (text !== payload.text) throw new Error(`sent "${payload.text}", received "${text}"`);
process.exit(0);
