/** The player's page: takes sound from the extension, lets it out, shows and reports what is heard. */

import type { FromPage, PageWords, SpokenWord, ToPage } from "../../src/player/messages";
import { Timeline } from "../../src/reading/timeline";
import { Controls } from "./controls";
import { HeardTable } from "./heardTable";
import { Output } from "./output";
import type { Report } from "./playout";
import { Transcript } from "./transcript";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

class Page {
  private readonly code = acquireVsCodeApi();
  private readonly words = JSON.parse(element("words").textContent) as PageWords;
  private readonly timeline = new Timeline<SpokenWord>();
  private readonly transcript = new Transcript(element("transcript"));
  private readonly heard = new HeardTable(element("heard") as HTMLDetailsElement, this.words.categories);
  private readonly controls = new Controls(this.words, {
    onEnable: (wasSent) => void this.enable(wasSent),
    onStop: () => {
      this.tell({ type: "command", command: "codechoir.stop" });
    },
    onPause: () => {
      this.tell({ type: "command", command: "codechoir.pauseOrResume" });
    },
  });
  private output: Output | undefined;
  private session = 0;
  private now: SpokenWord | undefined;

  async start(): Promise<void> {
    this.output = await Output.open({
      onReport: (report) => {
        this.hear(report);
      },
      onAudioState: (state) => {
        this.controls.showAudio(state);
        this.tell({ type: "audio", state });
      },
    });
    window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
      this.receive(data);
    });
    // Any key or click in the page is a permission, not only the button's.
    for (const gesture of ["keydown", "pointerdown"]) {
      window.addEventListener(gesture, () => void this.enable(false));
    }
    this.controls.showAudio(this.output.state);
    this.tell({ type: "ready", audio: this.output.state });
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.controls.say(message);
    this.tell({ type: "failed", message });
  }

  private receive(message: ToPage): void {
    switch (message.type) {
      case "chunk":
        this.begin(message.session);
        this.timeline.add(message.marks);
        this.output?.send({
          type: "chunk",
          session: message.session,
          sampleRate: message.sampleRate,
          firstSample: message.firstSample,
          pcm: message.pcm,
          last: message.last,
          balances: message.balances,
        });
        break;
      case "focusEnable":
        this.controls.focusEnable();
        break;
      case "stop":
        this.controls.showOver();
        this.output?.send(message);
        break;
      default:
        this.output?.send(message);
    }
  }

  private begin(session: number): void {
    if (session > this.session) {
      this.session = session;
      this.timeline.clear();
      this.transcript.clear();
      this.heard.clear();
      this.now = undefined;
      this.controls.showWaiting();
      void this.output?.enable();
    }
  }

  private hear(report: Report): void {
    if (report.session !== this.session) {
      return;
    }
    const begun = this.timeline.advance(report.played);
    for (const word of begun) {
      this.transcript.add(word);
      this.heard.addWord(word.category);
      this.now = word;
    }
    // A stretch in which a word began belongs to two voices, and tells of neither.
    if (this.now && begun.length === 0 && report.state === "sounding") {
      this.heard.addSound(this.now.category, report.rendered, this.output?.sampleRate ?? 0);
    }
    if (report.state === "silent") {
      this.transcript.rest();
      this.heard.show();
    }
    this.controls.showSound(report);
    this.tell({ type: "played", session: report.session, samples: report.played });
  }

  /** `wasSent`: our command has brought the user here, who wants to go back to the code. */
  private async enable(wasSent: boolean): Promise<void> {
    await this.output?.enable();
    if (wasSent) {
      this.tell({ type: "enabled" });
    }
  }

  private tell(message: FromPage): void {
    this.code.postMessage(message);
  }
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

const page = new Page();
page.start().catch((error: unknown) => {
  page.fail(error);
});
