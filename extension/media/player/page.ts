/** Script of the player page: plays audio from the extension, shows the spoken words, reports the progress. */

import type { MessageFromPage, MessageToPage, PageTexts, SpokenWord } from "../../src/player/playerProtocol";
import { MarkTimeline } from "../../src/reading/markTimeline";
import { Controls, elementById, MeasurementTable, Transcript } from "./pageElements";
import type { PlayoutReport } from "./playoutQueue";
import { WebAudioOutput } from "./webAudioOutput";

declare function acquireVsCodeApi(): { postMessage(message: MessageFromPage): void };

class PlayerPage {
  private readonly vscode = acquireVsCodeApi();
  private readonly texts = JSON.parse(elementById("texts").textContent) as PageTexts;
  private readonly timeline = new MarkTimeline<SpokenWord>();
  private readonly transcript = new Transcript();
  private readonly measurements = new MeasurementTable(this.texts.categories);
  private readonly controls = new Controls(this.texts, {
    onEnable: (byCommand) => void this.enableAudio(byCommand),
    onStop: () => {
      this.post({ type: "command", command: "codechoir.stop" });
    },
    onPause: () => {
      this.post({ type: "command", command: "codechoir.pauseOrResume" });
    },
  });
  private output: WebAudioOutput | undefined;
  private session = 0;
  private currentWord: SpokenWord | undefined;

  async start(): Promise<void> {
    this.output = await WebAudioOutput.open({
      onReport: (report) => {
        this.onReport(report);
      },
      onAudioState: (state) => {
        this.controls.showAudioState(state);
        this.post({ type: "audio", state });
      },
    });
    window.addEventListener("message", ({ data }: MessageEvent<MessageToPage>) => {
      this.receive(data);
    });
    // Any key or click in the page permits audio, not only the button.
    for (const gesture of ["keydown", "pointerdown"]) {
      window.addEventListener(gesture, () => void this.enableAudio(false));
    }
    this.controls.showAudioState(this.output.state);
    this.post({ type: "ready", audio: this.output.state });
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.controls.announce(message);
    this.post({ type: "failed", message });
  }

  private receive(message: MessageToPage): void {
    switch (message.type) {
      case "chunk": {
        const { marks, ...chunk } = message;
        this.begin(chunk.session);
        this.timeline.add(marks);
        this.output?.send(chunk);
        break;
      }
      case "focusEnable":
        this.controls.focusEnable();
        break;
      case "stop":
        this.controls.disableButtons();
        this.output?.send(message);
        break;
      default:
        this.output?.send(message);
    }
  }

  /** Resets the page at the first chunk of a session. */
  private begin(session: number): void {
    if (session > this.session) {
      this.session = session;
      this.timeline.clear();
      this.transcript.clear();
      this.measurements.clear();
      this.currentWord = undefined;
      this.controls.enableButtons();
      void this.output?.enable();
    }
  }

  private onReport(report: PlayoutReport): void {
    if (report.session !== this.session) {
      return;
    }
    const started = this.timeline.advance(report.played);
    for (const word of started) {
      this.transcript.add(word);
      this.measurements.addWord(word.category);
      this.currentWord = word;
    }
    // A report in which a word started may contain two voices, so it is not measured.
    if (this.currentWord && started.length === 0 && report.state === "playing") {
      this.measurements.addAudio(this.currentWord.category, report.rendered, this.output?.sampleRate ?? 0);
    }
    if (report.state === "silent") {
      this.transcript.unmark();
      this.measurements.update();
    }
    this.controls.showReport(report);
    this.post({ type: "played", session: report.session, samples: report.played });
  }

  /** `byCommand`: the user came by the command "Enable audio", so the focus returns to the editor. */
  private async enableAudio(byCommand: boolean): Promise<void> {
    await this.output?.enable();
    if (byCommand) {
      this.post({ type: "enabled" });
    }
  }

  private post(message: MessageFromPage): void {
    this.vscode.postMessage(message);
  }
}

const page = new PlayerPage();
page.start().catch((error: unknown) => {
  page.fail(error);
});
