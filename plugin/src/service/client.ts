// SPDX-License-Identifier: Apache-2.0
import type { DescService } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import { commentOf, isDeprecated } from "../comments.js";
import type { Emitter } from "../emitter.js";
import { type MethodNames, serviceNames } from "../names.js";
import { runtime } from "../runtime-imports.js";

/** `export class UserServiceClient`: the stub, one method per rpc over the method's const. */
export function emitClient(service: DescService, out: Emitter): void {
  const { client, methods } = serviceNames(service);
  out.doc(
    `Calls ${service.typeName} on a channel. \`defaults\` hold for every call that does not say otherwise.${
      isDeprecated(service) ? "\n\n@deprecated" : ""
    }`,
  );
  out.print(out.exported("class", client), " {");
  if (methods.length === 0) emitEmptyBody(out);
  else emitBody(methods, out);
  out.print("}");
  out.print();
}

function emitEmptyBody(out: Emitter): void {
  out.print("  constructor(_channel: ", runtime.Channel, ", _defaults?: ", runtime.CallOptions, ") {}");
}

function emitBody(methods: readonly MethodNames[], out: Emitter): void {
  out.print("  readonly #channel: ", runtime.Channel, ";");
  out.print("  readonly #defaults: ", runtime.CallOptions, " | undefined;");
  out.print();
  out.print("  constructor(channel: ", runtime.Channel, ", defaults?: ", runtime.CallOptions, ") {");
  out.print("    this.#channel = channel;");
  out.print("    this.#defaults = defaults;");
  out.print("  }");
  for (const names of methods) {
    out.print();
    emitMethod(names, out);
  }
}

function emitMethod(names: MethodNames, out: Emitter): void {
  const { method } = names;
  const request = out.companion(method.input, "init");
  const reply = out.shape(method.output);
  switch (method.methodKind) {
    case "unary":
      emitOneRequest(names, request, [runtime.UnaryCall, "<", reply, ">"], out);
      return;
    case "server_streaming":
      emitOneRequest(names, request, [runtime.ServerStreamingCall, "<", reply, ">"], out);
      return;
    case "client_streaming":
      emitManyRequests(
        names,
        request,
        [runtime.ClientStreamingCall, "<", request, ", ", reply, ">"],
        [runtime.UnaryCall, "<", reply, ">"],
        out,
      );
      return;
    case "bidi_streaming":
      emitManyRequests(
        names,
        request,
        [runtime.BidiStreamingCall, "<", request, ", ", reply, ">"],
        [runtime.ServerStreamingCall, "<", reply, ">"],
        out,
      );
      return;
  }
}

function emitOneRequest(names: MethodNames, request: Printable, call: Printable, out: Emitter): void {
  emitDoc(names, out);
  out.print(`  ${names.local}(request: `, request, ", options?: ", runtime.CallOptions, "): ", call, " {");
  out.print(
    `    return this.#channel.call(${names.constant}, request, `,
    runtime.withDefaults,
    "(this.#defaults, options));",
  );
  out.print("  }");
}

/** Two overloads: without requests an imperative call, with an iterable of them a call that sends it. */
function emitManyRequests(
  names: MethodNames,
  request: Printable,
  imperative: Printable,
  iterated: Printable,
  out: Emitter,
): void {
  const requests: Printable = [
    out.global("AsyncIterable"),
    "<",
    request,
    "> | ",
    out.global("Iterable"),
    "<",
    request,
    ">",
  ];
  const options: Printable = ["options?: ", runtime.CallOptions];
  emitDoc(names, out);
  out.print(`  ${names.local}(`, options, "): ", imperative, ";");
  emitDoc(names, out);
  // The iterable form stands last, so that its error text is the one shown.
  out.print(`  ${names.local}(requests: `, requests, ", ", options, "): ", iterated, ";");
  out.print(`  ${names.local}(`);
  out.print("    requests?: ", requests, " | ", runtime.CallOptions, ",");
  out.print("    ", options, ",");
  out.print("  ): ", imperative, " | ", iterated, " {");
  out.print("    if (requests !== undefined && (Symbol.asyncIterator in requests || Symbol.iterator in requests)) {");
  out.print(
    `      return this.#channel.call(${names.constant}, requests, `,
    runtime.withDefaults,
    "(this.#defaults, options));",
  );
  out.print("    }");
  out.print(`    return this.#channel.call(${names.constant}, `, runtime.withDefaults, "(this.#defaults, requests));");
  out.print("  }");
}

function emitDoc({ method }: MethodNames, out: Emitter): void {
  out.doc([commentOf(method), isDeprecated(method) ? "@deprecated" : ""].filter(Boolean).join("\n\n"), "  ");
}
