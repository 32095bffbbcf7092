import type { Category } from "../../src/protocol";
import { VoiceFigures } from "./voiceFigures";

/** A table of what was heard, voice by voice. Nothing is measured while it is closed. */
export class HeardTable {
  private readonly figures = new VoiceFigures();

  constructor(
    private readonly element: HTMLDetailsElement,
    private readonly names: Record<Category, string>,
  ) {}

  addWord(category: Category): void {
    this.figures.addWord(category);
    if (this.element.open) {
      this.show();
    }
  }

  addSound(category: Category, samples: Float32Array, rate: number): void {
    if (this.element.open) {
      this.figures.addSound(category, samples, rate);
    }
  }

  show(): void {
    const rows = this.figures.all().map(({ category, words, loudness, pitch }) => {
      const row = document.createElement("tr");
      row.dataset.category = category;
      const cells = [this.names[category], String(words), loudness.toFixed(1), pitch?.toFixed(0) ?? "–"];
      row.append(...cells.map(cell));
      return row;
    });
    this.element.querySelector("tbody")?.replaceChildren(...rows);
  }

  clear(): void {
    this.figures.clear();
    this.show();
  }
}

function cell(text: string): HTMLTableCellElement {
  const element = document.createElement("td");
  element.textContent = text;
  return element;
}
