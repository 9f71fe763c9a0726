import { expect, test } from "vitest";
import { cut, fold, widthOf } from "./width.ts";

test.each([
  ["abc", 3],
  ["a → b", 5],
  ["\u001b[31mred\u001b[39m", 3],
  ["テナント", 8],
  ["é", 1],
])("%s takes the columns that a terminal gives it", (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test.each([
  ["short enough", 12, "short enough"],
  ["one too long", 11, "one too …"],
  ["テナント", 7, "テナ…"],
  ["abcdef", 3, "abc"],
  ["abcdef", 0, ""],
])("%s is cut to %i columns, also where the mark is spelt with three dots", (text, room, short) => {
  expect(cut(text, room)).toBe(short);
  expect(widthOf(short.replace("…", "..."))).toBeLessThanOrEqual(room);
});

test.each([
  ["fits", 20, "fits"],
  ["one two three", 7, "one two\n  three"],
  ["  why: the second line hangs", 16, "  why: the\n    second line\n    hangs"],
  ["name:  verified  aaa", 16, "name:  verified\n  aaa"],
  ["name       verified  aaa", 22, "name  verified  aaa"],
  ["├─ gate: is open now", 12, "├─ gate: is\n│   open now"],
  ["└─ gate: is open", 12, "└─ gate: is\n    open"],
  ["│     passed: it is open now", 24, "│     passed: it is open\n│       now"],
  ["see https://git.example.com/acme/core now", 12, "see\n  https://git.example.com/acme/core\n  now"],
  ["first\n\nsecond one", 8, "first\n\nsecond\n  one"],
])("%j is broken between words at %i columns", (text, columns, folded) => {
  expect(fold(text, columns)).toBe(folded);
});
