import assert from "node:assert/strict";
import { test } from "node:test";
import { type Edit, shiftRange } from "../src/editor/rangeShift";
import type { WirePosition, WireRange } from "../src/protocol";

const TEXT = "def total(cart):\n    # sum\n\n    return sum(cart)\n";

function offsetOf(text: string, { line, character }: WirePosition): number {
  const before = text.split("\n").slice(0, line);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + character;
}

function positionOf(text: string, offset: number): WirePosition {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
}

function rangeOf(text: string, start: number, end: number): WireRange {
  return { start: positionOf(text, start), end: positionOf(text, end) };
}

function apply(text: string, { range, text: added }: Edit): string {
  return text.slice(0, offsetOf(text, range.start)) + added + text.slice(offsetOf(text, range.end));
}

test("wherever an edit is, the range covers the same words afterwards, or nothing is claimed", () => {
  const start = TEXT.indexOf("return");
  const word = rangeOf(TEXT, start, start + "return".length);
  for (const added of ["", "x", "x\ny", "\n", "a\nb\nlong line"]) {
    for (let from = 0; from <= TEXT.length; from++) {
      for (let to = from; to <= Math.min(TEXT.length, from + 25); to++) {
        const edit = { range: rangeOf(TEXT, from, to), text: added };
        const shifted = shiftRange(word, edit);
        const touches = from < start + "return".length && to > start;
        if (!touches) {
          assert.ok(shifted, `${from}-${to} does not touch the word`);
          const after = apply(TEXT, edit);
          assert.equal(
            after.slice(offsetOf(after, shifted.start), offsetOf(after, shifted.end)),
            "return",
            `${from}-${to} replaced by ${JSON.stringify(added)}`,
          );
        } else {
          assert.equal(shifted, undefined, `${from}-${to} changes the word`);
        }
      }
    }
  }
});
