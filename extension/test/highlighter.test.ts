import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Highlighter } from "../src/editor/highlighter";
import type { WireRange } from "../src/protocol";
import type { TextDocument } from "../src/vscodeapi";
import { fake, Range, Uri } from "./fakes/vscode";

const document = { uri: Uri.file("/cart.py") } as unknown as TextDocument;

/** What an editor shows: the lines of the marked words, and where it was scrolled to. */
class Editor {
  marked: number[] = [];
  revealed: number[] = [];
  visibleRanges = [new Range(0, 0, 20, 0)];

  constructor(readonly document: unknown) {}

  setDecorations(_type: unknown, ranges: Range[]): void {
    this.marked = ranges.map(({ start }) => start.line);
  }

  revealRange({ start }: Range): void {
    this.revealed.push(start.line);
  }
}

let editor: Editor;
let highlighter: Highlighter;

beforeEach(() => {
  fake.reset();
  editor = new Editor(document);
  fake.editors = [editor];
  highlighter = new Highlighter();
  highlighter.begin(document);
});

function word(line: number): WireRange {
  return { start: { line, character: 0 }, end: { line, character: 3 } };
}

test("the word that sounds is marked, one at a time, until the reading is over", () => {
  highlighter.show(word(3));
  highlighter.show(word(4));
  assert.deepEqual(editor.marked, [4]);
  highlighter.end();
  assert.deepEqual(editor.marked, []);
});

test("editors of other documents are left alone", () => {
  const other = new Editor({ uri: Uri.file("/other.py") });
  fake.editors.push(other);
  highlighter.show(word(3));
  assert.deepEqual(other.marked, []);
});

test("a word is found where it is now, when the text was edited meanwhile", () => {
  const newLine = { range: new Range(0, 0, 0, 0), text: "import os\n" };
  fake.documentChanged.fire({ document, contentChanges: [newLine] });
  highlighter.show(word(3));
  assert.deepEqual(editor.marked, [4]);
});

test("where the text of a word was changed, nothing is marked", () => {
  fake.documentChanged.fire({ document, contentChanges: [{ range: new Range(3, 1, 3, 2), text: "" }] });
  highlighter.show(word(2));
  highlighter.show(word(3));
  assert.deepEqual(editor.marked, []);
});

test("the editor scrolls along, but not when the user looks at something else", () => {
  highlighter.show(word(19));
  highlighter.show(word(40));
  assert.deepEqual(editor.revealed, [40]);
  highlighter.show(word(60));
  assert.deepEqual(editor.revealed, [40], "the last word was not in sight");
});

test("marking and scrolling can be turned off", () => {
  fake.settings["codechoir.follow"] = false;
  highlighter.show(word(19));
  highlighter.show(word(40));
  assert.deepEqual(editor.revealed, []);
  fake.settings["codechoir.highlight"] = false;
  highlighter.show(word(41));
  assert.deepEqual(editor.marked, []);
});
