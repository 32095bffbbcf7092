import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { shiftRange, type TextEdit, WordHighlighter } from "../../src/reading/wordHighlighter";
import type { LspPosition, LspRange } from "../../src/serverProtocol";
import type { TextDocument } from "../../src/vscodeapi";
import { fake, Range, Uri } from "../fakes/vscode";

const document = { uri: Uri.file("/cart.py") } as unknown as TextDocument;

/** Records the lines of the highlighted words, and the lines that were scrolled to. */
class FakeEditor {
  highlighted: number[] = [];
  revealed: number[] = [];
  visibleRanges = [new Range(0, 0, 20, 0)];

  constructor(readonly document: unknown) {}

  setDecorations(_type: unknown, ranges: Range[]): void {
    this.highlighted = ranges.map(({ start }) => start.line);
  }

  revealRange({ start }: Range): void {
    this.revealed.push(start.line);
  }
}

let editor: FakeEditor;
let highlighter: WordHighlighter;

beforeEach(() => {
  fake.reset();
  editor = new FakeEditor(document);
  fake.editors = [editor];
  highlighter = new WordHighlighter();
  highlighter.begin(document);
});

afterEach(() => {
  highlighter.dispose();
});

function word(line: number): LspRange {
  return { start: { line, character: 0 }, end: { line, character: 3 } };
}

test("one word is highlighted at a time, until the reading ends", () => {
  highlighter.show(word(3));
  highlighter.show(word(4));
  assert.deepEqual(editor.highlighted, [4]);
  highlighter.end();
  assert.deepEqual(editor.highlighted, []);
});

test("editors of other documents are not changed", () => {
  const other = new FakeEditor({ uri: Uri.file("/other.py") });
  fake.editors.push(other);
  highlighter.show(word(3));
  assert.deepEqual(other.highlighted, []);
});

test("the highlight follows edits of the document", () => {
  edit(2, new Range(0, 0, 0, 0), "import os\n");
  highlighter.show(word(3));
  assert.deepEqual(editor.highlighted, [4]);
});

/** An edit of the document that leads to `version`. */
function edit(version: number, range: Range, text: string): void {
  const changed = { ...document, version } as TextDocument;
  fake.documentChanged.fire({ document: changed, contentChanges: [{ range, text }] });
}

test("a range that the server has located after an edit is not moved by it again", () => {
  edit(2, new Range(0, 0, 0, 0), "import os\n");
  highlighter.show(word(3), 1);
  assert.deepEqual(editor.highlighted, [4], "sent before the edit");
  highlighter.show(word(3), 2);
  assert.deepEqual(editor.highlighted, [3], "sent after the edit");
  edit(3, new Range(0, 0, 0, 0), "import sys\n");
  highlighter.show(word(5), 2);
  assert.deepEqual(editor.highlighted, [6], "sent between two edits");
});

test("the word that is being spoken keeps its highlight when text above it is edited", () => {
  highlighter.show(word(3), 1);
  edit(2, new Range(0, 0, 0, 0), "import os\nimport sys\n");
  assert.deepEqual(editor.highlighted, [5]);
  edit(3, new Range(1, 0, 2, 0), "");
  assert.deepEqual(editor.highlighted, [4]);
});

test("a word that is edited away while it is spoken loses its highlight", () => {
  highlighter.show(word(3), 1);
  edit(2, new Range(3, 1, 3, 2), "xyz");
  assert.deepEqual(editor.highlighted, []);
  edit(3, new Range(0, 0, 0, 0), "\n");
  assert.deepEqual(editor.highlighted, [], "it does not come back");
});

test("a word whose text was changed is not highlighted", () => {
  edit(2, new Range(3, 1, 3, 2), "");
  highlighter.show(word(2));
  highlighter.show(word(3));
  assert.deepEqual(editor.highlighted, []);
});

test("the editor scrolls along unless the user has scrolled away", () => {
  highlighter.show(word(19));
  highlighter.show(word(40));
  assert.deepEqual(editor.revealed, [40]);
  highlighter.show(word(60));
  assert.deepEqual(editor.revealed, [40], "the previous word was not visible");
});

test("highlighting and scrolling can be turned off", () => {
  fake.settings["codechoir.follow"] = false;
  highlighter.show(word(19));
  highlighter.show(word(40));
  assert.deepEqual(editor.revealed, []);
  fake.settings["codechoir.highlight"] = false;
  highlighter.show(word(41));
  assert.deepEqual(editor.highlighted, []);
});

const TEXT = "def total(cart):\n    # sum\n\n    return sum(cart)\n";

function offsetOf(text: string, { line, character }: LspPosition): number {
  const before = text.split("\n").slice(0, line);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + character;
}

function positionOf(text: string, offset: number): LspPosition {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
}

function rangeOf(text: string, start: number, end: number): LspRange {
  return { start: positionOf(text, start), end: positionOf(text, end) };
}

function apply(text: string, { range, text: added }: TextEdit): string {
  return text.slice(0, offsetOf(text, range.start)) + added + text.slice(offsetOf(text, range.end));
}

test("shiftRange returns the range of the same text for every edit, or undefined if the edit changes it", () => {
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
