import { highlightSettings } from "../editorSettings";
import type { LspPosition, LspRange } from "../serverProtocol";
import type { Disposable, TextDocument, TextEditor } from "../vscodeapi";
import { Range, TextEditorRevealType, ThemeColor, window, workspace } from "../vscodeapi";

/** An edit of a document: `range` was replaced by `text`. */
export interface TextEdit {
  readonly range: LspRange;
  readonly text: string;
}

/** Highlights the word being spoken in all editors of its document. */
export class WordHighlighter implements Disposable {
  private readonly decoration = window.createTextEditorDecorationType({
    backgroundColor: new ThemeColor("codechoir.spokenWordBackground"),
    borderColor: new ThemeColor("codechoir.spokenWordBorder"),
    borderStyle: "solid",
    borderWidth: "1px",
  });
  private readonly listener: Disposable;
  private uri: string | undefined;
  /** Edits since the reading began: its ranges refer to the text as it was then. */
  private edits: TextEdit[] = [];
  private shown: Range | undefined;

  constructor() {
    this.listener = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.uri.toString() === this.uri) {
        this.edits.push(...contentChanges);
      }
    });
  }

  /** A reading of `document` begins. */
  begin(document: TextDocument): void {
    this.end();
    this.uri = document.uri.toString();
  }

  /** Highlights `range` of the text as it was when the reading began. */
  show(range: LspRange): void {
    const shifted = this.edits.reduce<LspRange | undefined>(
      (current, edit) => (current ? shiftRange(current, edit) : undefined),
      range,
    );
    if (!shifted || !highlightSettings().highlight) {
      this.hide();
      return;
    }
    const { start, end } = shifted;
    const previous = this.shown;
    this.shown = new Range(start.line, start.character, end.line, end.character);
    for (const editor of this.editors()) {
      editor.setDecorations(this.decoration, [this.shown]);
      scrollAlong(editor, previous, this.shown);
    }
  }

  /** Removes the highlight; the reading may continue. */
  hide(): void {
    for (const editor of this.editors()) {
      editor.setDecorations(this.decoration, []);
    }
    this.shown = undefined;
  }

  /** The reading has ended. */
  end(): void {
    this.hide();
    this.uri = undefined;
    this.edits = [];
  }

  dispose(): void {
    this.listener.dispose();
    this.decoration.dispose();
  }

  private editors(): TextEditor[] {
    return window.visibleTextEditors.filter(({ document }) => document.uri.toString() === this.uri);
  }
}

/** Scrolls to the current word, unless the user has scrolled away from the previous one. */
function scrollAlong(editor: TextEditor, previous: Range | undefined, current: Range): void {
  const isVisible = (range: Range): boolean =>
    editor.visibleRanges.some((visible) => visible.intersection(range) !== undefined);
  if (highlightSettings().follow && previous && isVisible(previous) && !isVisible(current)) {
    editor.revealRange(current, TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

/** The range after an edit; undefined if the edit changed text inside the range. */
export function shiftRange(range: LspRange, edit: TextEdit): LspRange | undefined {
  if (!isBefore(edit.range.start, range.end)) {
    return range;
  }
  if (isBefore(range.start, edit.range.end)) {
    return undefined;
  }
  return { start: shiftPosition(range.start, edit), end: shiftPosition(range.end, edit) };
}

function shiftPosition(position: LspPosition, { range, text }: TextEdit): LspPosition {
  const inserted = text.split(/\r\n|\r|\n/);
  const lastLine = inserted[inserted.length - 1]!;
  const line = position.line + inserted.length - 1 - (range.end.line - range.start.line);
  if (position.line !== range.end.line) {
    return { line, character: position.character };
  }
  const before = inserted.length === 1 ? range.start.character : 0;
  return { line, character: before + lastLine.length + position.character - range.end.character };
}

function isBefore(a: LspPosition, b: LspPosition): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
