// SPDX-License-Identifier: Apache-2.0
import type { AnyDesc, DescFile } from "@bufbuild/protobuf";
import type { DescriptorProto, SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";

type Described = Exclude<AnyDesc, DescFile>;

// Field numbers of descriptor.proto, of which the paths in SourceCodeInfo are made.
const fileField = { package: 2, message: 4, enum: 5, service: 6, extension: 7, syntax: 12, edition: 14 };
const messageField = { field: 2, nested: 3, enum: 4, extension: 6, oneof: 8 };
const enumValueField = 2;
const serviceMethodField = 2;

/** The comments of one file, found by element. Indexed once: protoplugin's own look-up walks the file for each element. */
interface Comments {
  readonly byPath: ReadonlyMap<string, SourceCodeInfo_Location>;
  readonly paths: ReadonlyMap<object, string>;
}

const known = new WeakMap<DescFile, Comments>();

/** What the author wrote above and behind an element, without the comment signs; empty when nothing. */
export function commentOf(desc: Described): string {
  const file = fileOf(desc);
  const { byPath, paths } = commentsOf(file);
  const location = byPath.get(paths.get(desc.proto) ?? "");
  if (location === undefined) return "";
  return [location.leadingComments, location.trailingComments].map(plainText).filter(Boolean).join("\n\n");
}

/** Comments at the top of the file, where licences stand: those of its `syntax` (or `edition`) and `package` lines. */
export function headerComments(file: DescFile): string[] {
  const { byPath } = commentsOf(file);
  const texts: string[] = [];
  for (const field of [fileField.syntax, fileField.edition, fileField.package]) {
    const location = byPath.get(String(field));
    if (location === undefined) continue;
    texts.push(...location.leadingDetachedComments.map(plainText), plainText(location.leadingComments));
  }
  return texts.filter(Boolean);
}

/** Whether the element, a type around it or its whole file is deprecated. */
export function isDeprecated(desc: Described): boolean {
  if (desc.deprecated) return true;
  switch (desc.kind) {
    case "field":
    case "enum_value":
    case "oneof":
    case "rpc":
      return false;
    case "service":
      return desc.file.deprecated;
    default:
      return desc.parent === undefined ? desc.file.deprecated : isDeprecated(desc.parent);
  }
}

/** A doc comment, on one line where it fits; empty for no text. Ends with a line break. */
export function docComment(text: string, indentation = ""): string {
  if (text === "") return "";
  // A block comment ends at the first "*/" whatever is around it.
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  if (lines.length === 1) return `${indentation}/** ${lines[0]} */\n`;
  const body = lines.map((line) => `${indentation} *${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${indentation}/**\n${body}${indentation} */\n`;
}

function commentsOf(file: DescFile): Comments {
  let comments = known.get(file);
  if (comments === undefined) {
    comments = { byPath: indexLocations(file), paths: indexElements(file) };
    known.set(file, comments);
  }
  return comments;
}

function indexLocations(file: DescFile): ReadonlyMap<string, SourceCodeInfo_Location> {
  const byPath = new Map<string, SourceCodeInfo_Location>();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    const path = location.path.join();
    // `extend` blocks share the path of their list; the first location of a path is the element's own.
    if (!byPath.has(path)) byPath.set(path, location);
  }
  return byPath;
}

function indexElements(file: DescFile): ReadonlyMap<object, string> {
  const paths = new Map<object, string>();
  const add = (elements: readonly object[], prefix: string): void => {
    for (const [i, element] of elements.entries()) paths.set(element, `${prefix}${i}`);
  };
  const addEnums = (enums: readonly { readonly value: readonly object[] }[], prefix: string): void => {
    add(enums, prefix);
    for (const [i, type] of enums.entries()) add(type.value, `${prefix}${i},${enumValueField},`);
  };
  const addMessages = (messages: readonly DescriptorProto[], prefix: string): void => {
    add(messages, prefix);
    for (const [i, message] of messages.entries()) {
      const inside = `${prefix}${i},`;
      add(message.field, `${inside}${messageField.field},`);
      add(message.oneofDecl, `${inside}${messageField.oneof},`);
      add(message.extension, `${inside}${messageField.extension},`);
      addEnums(message.enumType, `${inside}${messageField.enum},`);
      addMessages(message.nestedType, `${inside}${messageField.nested},`);
    }
  };
  const { proto } = file;
  addMessages(proto.messageType, `${fileField.message},`);
  addEnums(proto.enumType, `${fileField.enum},`);
  add(proto.extension, `${fileField.extension},`);
  add(proto.service, `${fileField.service},`);
  for (const [i, service] of proto.service.entries()) {
    add(service.method, `${fileField.service},${i},${serviceMethodField},`);
  }
  return paths;
}

function fileOf(desc: Described): DescFile {
  switch (desc.kind) {
    case "field":
    case "enum_value":
    case "oneof":
    case "rpc":
      return desc.parent.file;
    default:
      return desc.file;
  }
}

function plainText(comment: string | undefined): string {
  const lines = (comment ?? "").replaceAll("\r\n", "\n").split("\n");
  // `// text` leaves " text": one space is the author's separator.
  return lines
    .map((line) => (line.startsWith(" ") ? line.slice(1) : line).trimEnd())
    .join("\n")
    .trim();
}
