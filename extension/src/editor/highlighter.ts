import type { WireRange } from "../protocol";
import { reading } from "../settings";
import type { Disposable, TextDocument, TextEditor } from "../vscodeapi";
import { Range, TextEditorRevealType, ThemeColor, window, workspace } from "../vscodeapi";
import { type Edit, shiftRange } from "./rangeShift";

/** Marks the word that is being spoken, in every editor that shows its document. */
export class Highlighter implements Disposable {
  private readonly decoration = window.createTextEditorDecorationType({
    backgroundColor: new ThemeColor("codechoir.spokenWordBackground"),
    borderColor: new ThemeColor("codechoir.spokenWordBorder"),
    borderStyle: "solid",
    borderWidth: "1px",
  });
  private readonly listener: Disposable;
  private uri: string | undefined;
  private edits: Edit[] = [];
  private shown: Range | undefined;

  constructor() {
    this.listener = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document.uri.toString() === this.uri) {
        this.edits.push(...contentChanges);
      }
    });
  }

  /** A reading of `document`, as it is now, begins. */
  begin(document: TextDocument): void {
    this.end();
    this.uri = document.uri.toString();
  }

  /** What lay at `range` when the reading began is sounding now. */
  show(range: WireRange): void {
    const place = this.edits.reduce<WireRange | undefined>(
      (moved, edit) => (moved ? shiftRange(moved, edit) : undefined),
      range,
    );
    if (!place || !reading().highlight) {
      this.hide();
      return;
    }
    const before = this.shown;
    this.shown = new Range(place.start.line, place.start.character, place.end.line, place.end.character);
    for (const editor of this.editors()) {
      editor.setDecorations(this.decoration, [this.shown]);
      follow(editor, before, this.shown);
    }
  }

  /** Nothing sounds; the reading may go on. */
  hide(): void {
    for (const editor of this.editors()) {
      editor.setDecorations(this.decoration, []);
    }
    this.shown = undefined;
  }

  /** The reading is over. */
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

/** Scrolls along with the reading, unless the user has scrolled away to look at something else. */
function follow(editor: TextEditor, before: Range | undefined, now: Range): void {
  const isVisible = (range: Range): boolean =>
    editor.visibleRanges.some((visible) => visible.intersection(range) !== undefined);
  if (reading().follow && before && isVisible(before) && !isVisible(now)) {
    editor.revealRange(now, TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
