// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import * as editions from "../../testdata/golden/default/petrel/test/editions2023_pb.js";
import * as maps from "../../testdata/golden/default/petrel/test/maps_pb.js";
import * as nesting from "../../testdata/golden/default/petrel/test/nesting_pb.js";
import * as oneofs from "../../testdata/golden/default/petrel/test/oneofs_pb.js";
import * as proto2 from "../../testdata/golden/default/petrel/test/proto2_pb.js";
import * as scalars from "../../testdata/golden/default/petrel/test/scalars_pb.js";
import * as user from "../../testdata/golden/default/petrel/test/user_pb.js";
import * as wellKnown from "../../testdata/golden/default/petrel/test/well_known_pb.js";

/** Own properties in their order, and the prototype: what protobuf-es's functions look at. */
function shapeOf(message: object): unknown[] {
  const prototype: unknown = Object.getPrototypeOf(message);
  return [Object.entries(message), prototype === Object.prototype ? "plain" : { ...(prototype as object) }];
}

describe("a message without init has the shape that protobuf-es gives it", () => {
  test.each([
    ["Scalars", scalars.createScalars(), create(scalars.ScalarsSchema)],
    ["OptionalScalars", scalars.createOptionalScalars(), create(scalars.OptionalScalarsSchema)],
    ["RepeatedScalars", scalars.createRepeatedScalars(), create(scalars.RepeatedScalarsSchema)],
    ["Empty", scalars.createEmpty(), create(scalars.EmptySchema)],
    ["Maps", maps.createMaps(), create(maps.MapsSchema)],
    ["Oneofs", oneofs.createOneofs(), create(oneofs.OneofsSchema)],
    ["Node", nesting.createNode(), create(nesting.NodeSchema)],
    ["Presence (proto2)", proto2.createPresence(), create(proto2.PresenceSchema)],
    ["Choices (proto2)", proto2.createChoices(), create(proto2.ChoicesSchema)],
    ["Explicit (editions)", editions.createExplicit(), create(editions.ExplicitSchema)],
    ["Implicit (editions)", editions.createImplicit(), create(editions.ImplicitSchema)],
    ["WellKnown", wellKnown.createWellKnown(), create(wellKnown.WellKnownSchema)],
  ])("%s", (_, ours, theirs) => {
    expect(shapeOf(ours)).toEqual(shapeOf(theirs));
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  });

  test("and so has one made of an empty init, of null, of nulls", () => {
    const blank = user.createUser();
    for (const init of [{}, null, undefined, { id: null, tags: undefined, address: null, role: undefined }]) {
      expect(shapeOf(user.createUser(init as never))).toEqual(shapeOf(blank));
    }
  });

  test("each its own lists, maps and oneofs", () => {
    const [one, other] = [maps.createMaps(), maps.createMaps()];
    expect(one.byString).not.toBe(other.byString);
    expect(scalars.createRepeatedScalars().stringField).not.toBe(scalars.createRepeatedScalars().stringField);
    expect(oneofs.createOneofs().value).not.toBe(oneofs.createOneofs().value);
  });
});

describe("an init", () => {
  test("may be partial, at every level", () => {
    const message = nesting.createNode({ children: [{ name: "leaf", inner: { deeper: { kind: 1 } } }], parent: {} });
    expect(message).toEqual(
      create(nesting.NodeSchema, { children: [{ name: "leaf", inner: { deeper: { kind: 1 } } }], parent: {} }),
    );
    expect(message.children[0]?.inner?.deeper?.$typeName).toBe("petrel.test.Node.Inner.Deeper");
  });

  test("that is a complete message is given back, nested ones too", () => {
    const complete = user.createUser({ id: "u" });
    expect(user.createUser(complete)).toBe(complete);
    const child = nesting.createNode({ name: "c" });
    const node = nesting.createNode({ parent: child, children: [child, { name: "d" }] });
    expect(node.parent).toBe(child);
    expect(node.children[0]).toBe(child);
    const inMap = maps.createMaps({ toItself: { a: maps.createMaps() } });
    expect(maps.createMaps({ toItself: inMap.toItself }).toItself.a).toBe(inMap.toItself.a);
    const oneof = oneofs.createOneofs({ outside: "o" });
    expect(oneofs.createOneofs({ value: { case: "nested", value: oneof } }).value.value).toBe(oneof);
  });

  test("gives copies of its lists, maps and oneofs", () => {
    const init = {
      tags: ["a"],
      byString: { k: "v" },
      value: { case: "text" as const, value: "t" },
      children: [{ name: "c" }],
    };
    const [{ tags }, { byString }, { value }, { children }] = [
      user.createUser({ tags: init.tags }),
      maps.createMaps({ byString: init.byString }),
      oneofs.createOneofs({ value: init.value }),
      nesting.createNode({ children: init.children }),
    ];
    expect([tags, byString, value]).toEqual([init.tags, init.byString, init.value]);
    init.tags.push("b");
    init.byString.k = "changed";
    init.value.value = "changed";
    init.children.push({ name: "d" });
    expect([tags, byString, value, children.length]).toEqual([["a"], { k: "v" }, { case: "text", value: "t" }, 1]);
  });

  test("may be read-only", () => {
    const init = Object.freeze({ tags: Object.freeze(["a"]), address: Object.freeze({ city: "Ulm" }) });
    const message = user.createUser(init);
    message.tags.push("b");
    if (message.address !== undefined) message.address.city = "Bonn";
    expect([init.tags, init.address]).toEqual([["a"], { city: "Ulm" }]);
  });

  test("has oneofs of every kind", () => {
    const choices: oneofs.OneofsInit["value"][] = [
      { case: "text", value: "t" },
      { case: "raw", value: Uint8Array.of(1) },
      { case: "nested", value: { outside: "o" } },
      { case: "wrapped", value: { value: "w" } },
      { case: "object", value: { a: [1, null] } },
      { case: "anything", value: { kind: { case: "boolValue", value: true } } },
      { case: undefined },
    ];
    for (const value of choices) {
      expect(oneofs.createOneofs({ value })).toEqual(create(oneofs.OneofsSchema, { value } as oneofs.Oneofs));
    }
  });

  test("with a key called __proto__ keeps it a key", () => {
    const byString = JSON.parse('{"__proto__":"a"}') as Record<string, string>;
    const toMessage = JSON.parse('{"__proto__":{"int32Field":1}}') as Record<string, scalars.ScalarsInit>;
    const message = maps.createMaps({ byString, toMessage });
    expect(Object.entries(message.byString)).toEqual([["__proto__", "a"]]);
    expect(Object.keys(message.toMessage)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(message.toMessage)).toBe(Object.prototype);
  });

  test("sets in proto2 and editions what equals the default, too", () => {
    const message = proto2.createPresence({ boolDefault: true, requiredString: "" });
    expect(Object.hasOwn(message, "boolDefault")).toBe(true);
    expect(Object.hasOwn(message, "requiredString")).toBe(true);
    expect(Object.hasOwn(message, "withDefault")).toBe(false);
    expect(editions.createExplicit({ count: undefined }).count).toBe(7);
  });

  test("has wrappers as their values, and Struct as an object", () => {
    const init = { int64Value: 0n, boolValue: false, struct: { a: 1 }, structs: { k: { b: [] } }, structList: [{}] };
    expect(wellKnown.createWellKnown(init)).toEqual(create(wellKnown.WellKnownSchema, init));
  });
});
