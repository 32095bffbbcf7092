import type { AudioContextState, PageTexts, SpokenWord } from "../../src/player/playerProtocol";
import type { Category } from "../../src/serverProtocol";
import type { PlayoutReport } from "./playoutQueue";
import { VoiceMeasurements } from "./voiceMeasurements";

/** Words kept in the transcript; older ones are removed. */
const MAX_TRANSCRIPT_WORDS = 200;

export interface ControlEvents {
  /** `byCommand`: the command "Enable audio" has focused the button. */
  onEnable: (byCommand: boolean) => void;
  onPause: () => void;
  onStop: () => void;
}

/** The buttons, the level meter and the live region. Moves the focus only on the user's request. */
export class Controls {
  private readonly enable = elementById("enable") as HTMLButtonElement;
  private readonly pause = elementById("pause") as HTMLButtonElement;
  private readonly stop = elementById("stop") as HTMLButtonElement;
  private readonly level = elementById("level") as HTMLMeterElement;
  private readonly status = elementById("status");
  private byCommand = false;
  private audio: AudioContextState | undefined;

  constructor(
    private readonly texts: PageTexts,
    events: ControlEvents,
  ) {
    this.enable.addEventListener("click", () => {
      events.onEnable(this.byCommand);
      this.byCommand = false;
    });
    this.pause.addEventListener("click", events.onPause);
    this.stop.addEventListener("click", events.onStop);
  }

  /** Focuses the button that enables audio, on behalf of the command. */
  focusEnable(): void {
    this.byCommand = true;
    this.enable.hidden = false;
    this.enable.focus();
  }

  showAudioState(state: AudioContextState): void {
    const isRunning = state === "running";
    this.enable.hidden = isRunning;
    if (this.audio === "suspended" && isRunning) {
      this.announce(this.texts.enabled);
    } else if (!isRunning) {
      this.announce(this.texts.blocked);
    }
    this.audio = state;
  }

  /** There is a reading that can be stopped, even if it is not audible yet. */
  enableButtons(): void {
    this.pause.disabled = false;
    this.stop.disabled = false;
  }

  disableButtons(): void {
    this.pause.disabled = true;
    this.stop.disabled = true;
  }

  /** Shows the peak level since the last report (1 is full scale), and the state of the buttons. */
  showReport({ state, rendered }: PlayoutReport): void {
    this.level.value = state === "playing" ? rendered.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0) : 0;
    if (state === "silent") {
      this.disableButtons();
    }
    this.pause.textContent = state === "paused" ? this.texts.resume : this.texts.pause;
  }

  /** Writes to the polite live region. */
  announce(text: string): void {
    this.status.textContent = text;
  }
}

/** The spoken words, each in the colour of its category; the current one is marked. */
export class Transcript {
  private readonly element = elementById("transcript");

  add({ category, text }: SpokenWord): void {
    this.unmark();
    const word = document.createElement("span");
    word.className = `word ${category} now`;
    word.textContent = text;
    this.element.append(word, " ");
    while (this.element.childElementCount > MAX_TRANSCRIPT_WORDS) {
      this.element.firstChild?.remove();
    }
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Removes the mark of the current word. */
  unmark(): void {
    this.element.querySelector(".now")?.classList.remove("now");
  }

  clear(): void {
    this.element.replaceChildren();
  }
}

/** Table of the measured loudness and pitch of each voice. Audio is measured only while the table is open. */
export class MeasurementTable {
  private readonly element = elementById("measurements") as HTMLDetailsElement;
  private readonly measurements = new VoiceMeasurements();

  constructor(private readonly names: Record<Category, string>) {}

  addWord(category: Category): void {
    this.measurements.addWord(category);
    if (this.element.open) {
      this.update();
    }
  }

  addAudio(category: Category, samples: Float32Array, rate: number): void {
    if (this.element.open) {
      this.measurements.addAudio(category, samples, rate);
    }
  }

  update(): void {
    const rows = this.measurements.all().map(({ category, words, loudness, pitch }) => {
      const row = document.createElement("tr");
      row.dataset.category = category;
      const cells = [this.names[category], String(words), loudness.toFixed(1), pitch?.toFixed(0) ?? "–"];
      row.append(...cells.map(tableCell));
      return row;
    });
    this.element.querySelector("tbody")?.replaceChildren(...rows);
  }

  clear(): void {
    this.measurements.clear();
    this.update();
  }
}

export function elementById(id: string): HTMLElement {
  return document.getElementById(id)!;
}

function tableCell(text: string): HTMLTableCellElement {
  const element = document.createElement("td");
  element.textContent = text;
  return element;
}
