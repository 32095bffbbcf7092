import type { ReadArguments, SayArguments, Told, Unit, WirePosition, WireRange } from "../protocol";
import type { Position, Selection, TextEditor } from "../vscodeapi";
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
      return { uri, unit, range: wireRange(selection) };
    case "file":
      return { uri, unit };
    default:
      return { uri, unit, position: wire(selection.active) };
  }
}

/** What to tell about `editor`: its selection, or what is at its cursor; an outline may be of it all. */
export function sayArguments(
  { document, selection }: TextEditor,
  what: Told,
  place: "document" | "cursor",
): SayArguments {
  const uri = document.uri.toString();
  if (place === "document") {
    return { what, uri };
  }
  if (what === "spell" && !selection.isEmpty) {
    return { what, uri, range: wireRange(selection) };
  }
  return { what, uri, position: wire(selection.active) };
}

function wireRange({ start, end }: Selection): WireRange {
  return { start: wire(start), end: wire(end) };
}

function wire({ line, character }: Position): WirePosition {
  return { line, character };
}
