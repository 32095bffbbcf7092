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
  /** Edits since the reading began, each with the version of the document that it has led to. */
  private edits: (TextEdit & { version: number })[] = [];
  private shown: Range | undefined;

  constructor() {
    this.listener = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.uri.toString() === this.uri) {
        this.edits.push(
          ...contentChanges.map(({ range, text }) => ({ range, text, version: document.version })),
        );
        this.followEdits(contentChanges);
      }
    });
  }

  /** A reading of `document` begins. */
  begin(document: TextDocument): void {
    this.end();
    this.uri = document.uri.toString();
  }

  /**
   * Highlights `range` of the document as it was in `version`, or when the reading began.
   *
   * Ranges come in the order of their versions.
   */
  show(range: LspRange, version = 0): void {
    this.edits = this.edits.filter((edit) => edit.version > version);
    const shifted = afterEdits(range, this.edits);
    if (!shifted || !highlightSettings().highlight) {
      this.hide();
      return;
    }
    const previous = this.shown;
    const shown = this.decorate(shifted);
    for (const editor of this.editors()) {
      scrollAlong(editor, previous, shown);
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

  /** Moves the highlight with its word; a word that was edited has none. */
  private followEdits(edits: readonly TextEdit[]): void {
    if (this.shown) {
      const shifted = afterEdits(this.shown, edits);
      if (shifted) {
        this.decorate(shifted);
      } else {
        this.hide();
      }
    }
  }

  private decorate({ start, end }: LspRange): Range {
    const shown = new Range(start.line, start.character, end.line, end.character);
    for (const editor of this.editors()) {
      editor.setDecorations(this.decoration, [shown]);
    }
    this.shown = shown;
    return shown;
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

function afterEdits(range: LspRange, edits: readonly TextEdit[]): LspRange | undefined {
  return edits.reduce<LspRange | undefined>(
    (current, edit) => (current ? shiftRange(current, edit) : undefined),
    range,
  );
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
