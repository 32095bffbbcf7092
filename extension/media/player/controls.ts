import type { AudioState, PageWords } from "../../src/player/messages";
import type { Report } from "./playout";

export interface ControlEvents {
  onEnable: (wasSent: boolean) => void;
  onPause: () => void;
  onStop: () => void;
}

/** The buttons, the level meter and the one line that is announced. Only the user moves the focus. */
export class Controls {
  private readonly enable = element("enable") as HTMLButtonElement;
  private readonly pause = element("pause") as HTMLButtonElement;
  private readonly stop = element("stop") as HTMLButtonElement;
  private readonly level = element("level") as HTMLMeterElement;
  private readonly status = element("status");
  private wasSent = false;
  private audio: AudioState | undefined;

  constructor(
    private readonly words: PageWords,
    events: ControlEvents,
  ) {
    this.enable.addEventListener("click", () => {
      events.onEnable(this.wasSent);
      this.wasSent = false;
    });
    this.pause.addEventListener("click", events.onPause);
    this.stop.addEventListener("click", events.onStop);
  }

  /** Our command has brought the user here. */
  focusEnable(): void {
    this.wasSent = true;
    this.enable.hidden = false;
    this.enable.focus();
  }

  showAudio(state: AudioState): void {
    const isRunning = state === "running";
    this.enable.hidden = isRunning;
    if (this.audio === "suspended" && isRunning) {
      this.say(this.words.enabled);
    } else if (!isRunning) {
      this.say(this.words.blocked);
    }
    this.audio = state;
  }

  /** There is something to be heard, though not yet: it can be stopped already. */
  showWaiting(): void {
    this.pause.disabled = false;
    this.stop.disabled = false;
  }

  /** There is nothing to stop any more. */
  showOver(): void {
    this.pause.disabled = true;
    this.stop.disabled = true;
  }

  /** What is heard now: the level is the highest sample since the last report, 1 the loudest that there is. */
  showSound({ state, rendered }: Report): void {
    this.level.value =
      state === "sounding" ? rendered.reduce((most, x) => Math.max(most, Math.abs(x)), 0) : 0;
    if (state === "silent") {
      this.showOver();
    }
    this.pause.textContent = state === "paused" ? this.words.resume : this.words.pause;
  }

  /** Announces politely. */
  say(words: string): void {
    this.status.textContent = words;
  }
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
