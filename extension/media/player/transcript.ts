import type { SpokenWord } from "../../src/player/messages";

/** Words that stay to be seen; older ones go. */
const MOST_WORDS = 200;

/** Shows the words as they are spoken, each in its category's colour, the newest marked. */
export class Transcript {
  constructor(private readonly element: HTMLElement) {}

  add({ category, text }: SpokenWord): void {
    this.element.querySelector(".now")?.classList.remove("now");
    const word = document.createElement("span");
    word.className = `word ${category} now`;
    word.textContent = text;
    this.element.append(word, " ");
    while (this.element.childElementCount > MOST_WORDS) {
      this.element.firstChild?.remove();
    }
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Nothing sounds any more. */
  rest(): void {
    this.element.querySelector(".now")?.classList.remove("now");
  }

  clear(): void {
    this.element.replaceChildren();
  }
}
