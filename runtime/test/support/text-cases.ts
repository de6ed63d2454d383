// SPDX-License-Identifier: Apache-2.0
import type { Random } from "./random.js";

/** Kinds of text, by the characters that they are made of. */
export const alphabets: readonly { readonly name: string; readonly characters: readonly string[] }[] = [
  { name: "ASCII", characters: ["a", "Z", "0", " ", "\0", "\x7f"] },
  { name: "Latin", characters: ["a", "e", "ü", "ß", "\x80", "\u07ff"] },
  { name: "Japanese", characters: ["日", "本", "語", "\u0800", "\uffff", "\ufffd"] },
  { name: "astral", characters: ["🙂", "\u{10000}", "\u{10ffff}"] },
  { name: "mixed text", characters: ["a", "b", "ü", "日", "🙂", "\ufeff", "\ufffd"] },
];

/** Random text of so many characters. */
export function textOf(alphabet: (typeof alphabets)[number], characters: number, random: Random): string {
  return Array.from({ length: characters }, () => random.pick(alphabet.characters)).join("");
}

/** What is not UTF-8, one of each class (RFC 3629 §3, §4). */
export const malformedUtf8: readonly { readonly name: string; readonly octets: readonly number[] }[] = [
  { name: "a lone continuation", octets: [0x80] },
  { name: "the last continuation alone", octets: [0xbf] },
  { name: "an overlong slash of two", octets: [0xc0, 0xaf] },
  { name: "an overlong NUL of two", octets: [0xc0, 0x80] },
  { name: "an overlong U+007F", octets: [0xc1, 0xbf] },
  { name: "an overlong form of three", octets: [0xe0, 0x80, 0xaf] },
  { name: "an overlong U+07FF", octets: [0xe0, 0x9f, 0xbf] },
  { name: "an overlong form of four", octets: [0xf0, 0x80, 0x80, 0xaf] },
  { name: "an overlong U+FFFF", octets: [0xf0, 0x8f, 0xbf, 0xbf] },
  { name: "U+D800, a surrogate", octets: [0xed, 0xa0, 0x80] },
  { name: "U+DFFF, a surrogate", octets: [0xed, 0xbf, 0xbf] },
  { name: "a pair of surrogates (CESU-8)", octets: [0xed, 0xa0, 0xbd, 0xed, 0xb9, 0x82] },
  { name: "U+110000", octets: [0xf4, 0x90, 0x80, 0x80] },
  { name: "a lead of F5", octets: [0xf5, 0x80, 0x80, 0x80] },
  { name: "a form of five", octets: [0xf8, 0x88, 0x80, 0x80, 0x80] },
  { name: "FE", octets: [0xfe] },
  { name: "FF", octets: [0xff] },
  { name: "two of two cut short", octets: [0xc3] },
  { name: "one of three missing", octets: [0xe6, 0x97] },
  { name: "two of three missing", octets: [0xe6] },
  { name: "one of four missing", octets: [0xf0, 0x9f, 0x99] },
  { name: "three of four missing", octets: [0xf0] },
  { name: "a lead before a lead", octets: [0xc3, 0xc3, 0xa4] },
  { name: "a second octet that does not continue", octets: [0xe6, 0x41, 0xac] },
];
