import type { WirePosition, WireRange } from "../protocol";

/** One edit of a document: `range` was replaced by `text`. */
export interface Edit {
  readonly range: WireRange;
  readonly text: string;
}

/**
 * Where `range` lies after `edit`; undefined when the edit changed what lies inside it.
 *
 * A reading follows the text as it was when it began; its marks are shown in the text as it is now.
 */
export function shiftRange(range: WireRange, edit: Edit): WireRange | undefined {
  if (!isBefore(edit.range.start, range.end)) {
    return range;
  }
  if (isBefore(range.start, edit.range.end)) {
    return undefined;
  }
  return { start: shiftPosition(range.start, edit), end: shiftPosition(range.end, edit) };
}

function shiftPosition(position: WirePosition, { range, text }: Edit): WirePosition {
  const added = text.split(/\r\n|\r|\n/);
  const lastLine = added[added.length - 1]!;
  const line = position.line + added.length - 1 - (range.end.line - range.start.line);
  if (position.line !== range.end.line) {
    return { line, character: position.character };
  }
  const before = added.length === 1 ? range.start.character : 0;
  return { line, character: before + lastLine.length + position.character - range.end.character };
}

function isBefore(a: WirePosition, b: WirePosition): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
