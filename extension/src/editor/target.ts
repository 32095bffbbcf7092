import type { ReadArguments, Unit, WirePosition } from "../protocol";
import type { Position, TextEditor } from "../vscodeapi";
import { l10n, window } from "../vscodeapi";

/** The editor that the user means. Throws with a line for people when there is none. */
export function activeEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (!editor) {
    throw new Error(l10n.t("No text is open. Open a file, then try again."));
  }
  return editor;
}

/** What to read of `editor`, as the server wants to know it. Throws with a line for people. */
export function readArguments({ document, selection }: TextEditor, unit: Unit): ReadArguments {
  const uri = document.uri.toString();
  switch (unit) {
    case "selection":
      if (selection.isEmpty) {
        throw new Error(l10n.t("Nothing is selected. Select some code, then try again."));
      }
      return { uri, unit, range: { start: wire(selection.start), end: wire(selection.end) } };
    case "file":
      return { uri, unit };
    default:
      return { uri, unit, position: wire(selection.active) };
  }
}

function wire({ line, character }: Position): WirePosition {
  return { line, character };
}
