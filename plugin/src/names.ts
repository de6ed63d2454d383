// SPDX-License-Identifier: Apache-2.0
// Every rule by which a name of a .proto becomes an identifier. Names that protoc-gen-es gives are settled first, in its
// order (types, then descriptors), so that our files export the same ones; ours follow and give way.
import type { DescEnum, DescExtension, DescFile, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { safeIdentifier } from "@bufbuild/protoplugin";

export type DescType = DescMessage | DescEnum | DescExtension | DescService;

/** The exports of one message. */
export interface MessageNames {
  readonly init: string;
  readonly create: string;
  readonly encode: string;
  readonly decode: string;
  readonly codec: string;
  /** Of the function that makes a message with nothing set, and of the prototype that holds defaults: not exported. */
  readonly blank: string;
  readonly defaults: string;
}

/** The exports of one service in `x_grpc.ts`; `methods` in the order of the `.proto`. */
export interface ServiceNames {
  readonly definition: string;
  readonly client: string;
  readonly handlers: string;
  readonly methods: readonly MethodNames[];
}

export interface MethodNames {
  readonly method: DescMethod;
  /** Of the client's method and the handler. */
  readonly local: string;
  readonly constant: string;
}

/** All identifiers that the files generated for one `.proto` export. */
export interface FileNames {
  readonly file: string;
  /** Messages and enums. */
  readonly shapes: ReadonlyMap<DescType, string>;
  readonly descriptors: ReadonlyMap<DescType, string>;
  readonly messages: ReadonlyMap<DescMessage, MessageNames>;
  readonly services: ReadonlyMap<DescService, ServiceNames>;
}

const known = new WeakMap<DescFile, FileNames>();

/** The names of a file, settled once: a file of n types asks for them n times. */
export function namesOf(file: DescFile): FileNames {
  let names = known.get(file);
  if (names === undefined) {
    names = settleNames(file);
    known.set(file, names);
  }
  return names;
}

export function shapeName(type: DescMessage | DescEnum): string {
  return found(namesOf(type.file).shapes.get(type), type);
}

export function descriptorName(type: DescType): string {
  return found(namesOf(type.file).descriptors.get(type), type);
}

export function messageNames(message: DescMessage): MessageNames {
  return found(namesOf(message.file).messages.get(message), message);
}

export function serviceNames(service: DescService): ServiceNames {
  return found(namesOf(service.file).services.get(service), service);
}

/** A type's name without its package, parents joined by underscores: `User_Role`. */
export function identifier(type: DescType): string {
  const packageName = type.file.proto.package;
  const nameInPackage = packageName === "" ? type.typeName : type.typeName.slice(packageName.length + 1);
  return nameInPackage.replaceAll(".", "_");
}

/** A key of an object literal. A plain `__proto__: x` would set the prototype. */
export function propertyKey(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : name;
}

// What safeIdentifier lets pass although no declaration may have the name: protoc-gen-es's output does not compile there.
const unusableAsValue: ReadonlySet<string> = new Set(["arguments", "await", "eval", "undefined"]);
const unusableAsInterface: ReadonlySet<string> = new Set(["any", "await", "never", "symbol", "undefined", "unknown"]);
const unusableAsEither: ReadonlySet<string> = new Set([...unusableAsInterface, ...unusableAsValue]);

function unusableAsType(kind: "message" | "enum"): ReadonlySet<string> {
  return kind === "enum" ? unusableAsEither : unusableAsInterface;
}

function settleNames(file: DescFile): FileNames {
  const types = [...nestedTypes(file)];
  const taken = new Set<string>();
  const take = (ideal: string, unusable = unusableAsValue): string => {
    let name = unusable.has(ideal) ? `${ideal}$` : safeIdentifier(ideal);
    for (let i = 0; taken.has(name); i++) name = safeIdentifier(i === 0 ? `${ideal}$` : `${ideal}$${i}`);
    taken.add(name);
    return name;
  };

  const shapes = new Map<DescType, string>();
  for (const type of types) {
    if (type.kind === "message" || type.kind === "enum")
      shapes.set(type, take(identifier(type), unusableAsType(type.kind)));
  }
  const fileName = take(`file_${file.name.replace(/[^a-zA-Z0-9_]+/g, "_")}`);
  const descriptors = new Map<DescType, string>();
  for (const type of types) {
    const suffix = type.kind === "message" || type.kind === "enum" ? "Schema" : "";
    descriptors.set(type, take(identifier(type) + suffix, unusableAsValue));
  }
  const messages = new Map<DescMessage, MessageNames>();
  for (const type of types) {
    if (type.kind !== "message") continue;
    const name = identifier(type);
    messages.set(type, {
      init: take(`${name}Init`),
      create: take(`create${name}`),
      encode: take(`encode${name}`),
      decode: take(`decode${name}`),
      codec: take(`${name}Codec`),
      blank: take(`blank${name}`),
      defaults: take(`${name}Defaults`),
    });
  }
  return { file: fileName, shapes, descriptors, messages, services: settleServiceNames(file) };
}

// Globals that x_grpc.ts uses as values.
const usedGlobals = ["Symbol"];

function settleServiceNames(file: DescFile): ReadonlyMap<DescService, ServiceNames> {
  const taken = new Set<string>(usedGlobals);
  const take = (ideal: string): string => {
    let name = unusableAsValue.has(ideal) ? `${ideal}$` : safeIdentifier(ideal);
    while (taken.has(name)) name += "$";
    taken.add(name);
    return name;
  };
  const definitions = file.services.map((service) => take(identifier(service)));
  const services = new Map<DescService, ServiceNames>();
  for (const [i, service] of file.services.entries()) {
    const name = identifier(service);
    const locals = settleMethodNames(service);
    services.set(service, {
      definition: definitions[i] as string,
      client: take(`${name}Client`),
      handlers: take(`${name}Handlers`),
      methods: service.methods.map((method, m) => {
        const local = locals[m] as string;
        return { method, local, constant: take(`${name}_${local}`) };
      }),
    });
  }
  return services;
}

// A client with a method `then` would be taken for a promise by `await`, and the other two belong to one as well.
const promiseMethods = new Set(["then", "catch", "finally"]);

function settleMethodNames(service: DescService): string[] {
  const taken = new Set<string>();
  return service.methods.map((method) => {
    let local = promiseMethods.has(method.localName) ? `${method.localName}$` : method.localName;
    while (taken.has(local)) local += "$";
    taken.add(local);
    return local;
  });
}

function found<T>(name: T | undefined, type: DescType): T {
  if (name === undefined) throw new TypeError(`no name was settled for ${type.toString()}`);
  return name;
}
