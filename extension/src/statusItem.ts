import type { Phase, ReadingState } from "./reading/phase";
import type { ServerState } from "./server/server";
import type { Disposable, StatusBarItem } from "./vscodeapi";
import { l10n, StatusBarAlignment, window } from "./vscodeapi";

interface Look {
  icon: string;
  words: string;
  /** What choosing the item does, in words and as a command. */
  hint: string;
  command: string | { title: string; command: string; arguments: unknown[] };
}

/** How long the answer to an act, such as a new rate, is shown, in milliseconds. */
const NOTE_TIME = 8000;

/** Tells in words how the reading is: to the eye in the status bar, to a screen reader as its label. */
export class StatusItem implements Disposable {
  private readonly item: StatusBarItem;
  private server: ServerState = "off";
  private reading: ReadingState = { phase: "silent" };
  private note: string | undefined;
  private listening: string | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    this.item = window.createStatusBarItem("codechoir.status", StatusBarAlignment.Right, 100);
    this.item.name = "Codechoir";
    this.update();
    this.item.show();
  }

  showServer(state: ServerState): void {
    this.server = state;
    this.update();
  }

  showReading(state: ReadingState): void {
    this.reading = state;
    this.dropNote();
    this.update();
  }

  /** Shows what is heard where that is not everything, such as "without comment". */
  showListening(words: string | undefined): void {
    this.listening = words;
    this.update();
  }

  /** Shows the answer to an act for a while; nothing pops up. */
  showNote(words: string): void {
    this.dropNote();
    this.note = words;
    this.timer = setTimeout(() => {
      this.dropNote();
      this.update();
    }, NOTE_TIME);
    this.update();
  }

  dispose(): void {
    this.dropNote();
    this.item.dispose();
  }

  private dropNote(): void {
    clearTimeout(this.timer);
    this.note = undefined;
  }

  private update(): void {
    const look = (serverLooks[this.server] ?? readingLooks[this.reading.phase])();
    const words = this.note ?? this.reading.message ?? (this.isStarting ? l10n.t("starting…") : look.words);
    const listening = this.note === undefined && this.listening ? ` (${this.listening})` : "";
    const sentence = words.endsWith(".") ? `${words}${listening}` : `${words}${listening}.`;
    this.item.text = `$(${look.icon}) Codechoir: ${words}${listening}`;
    this.item.tooltip = look.hint;
    this.item.command = look.command;
    this.item.accessibilityInformation = { label: `Codechoir: ${sentence} ${look.hint}`, role: "button" };
  }

  private get isStarting(): boolean {
    return this.server === "starting" && this.reading.phase === "waiting";
  }
}

const readingLooks: Record<Phase, () => Look> = {
  silent: () => ({
    icon: "mute",
    words: l10n.t("not reading"),
    hint: l10n.t("Choose to see all commands."),
    command: { title: "", command: "workbench.action.quickOpen", arguments: [">Codechoir: "] },
  }),
  waiting: () => ({
    icon: "loading~spin",
    words: l10n.t("waiting for sound"),
    hint: l10n.t("Choose to stop."),
    command: "codechoir.stop",
  }),
  speaking: () => ({
    icon: "unmute",
    words: l10n.t("speaking"),
    hint: l10n.t("Choose to stop."),
    command: "codechoir.stop",
  }),
  paused: () => ({
    icon: "debug-pause",
    words: l10n.t("paused"),
    hint: l10n.t("Choose to resume."),
    command: "codechoir.pauseOrResume",
  }),
  blocked: () => ({
    icon: "warning",
    words: l10n.t("no sound is heard"),
    hint: l10n.t("Choose to enable audio."),
    command: "codechoir.enableAudio",
  }),
  failed: () => ({
    icon: "error",
    words: l10n.t("reading failed"),
    hint: l10n.t("Choose to show the log."),
    command: "codechoir.showLog",
  }),
};

/** The looks of a server that is not there, which matter more than any reading. */
const serverLooks: Partial<Record<ServerState, () => Look>> = {
  missing: () => ({
    icon: "warning",
    words: l10n.t("not set up"),
    hint: l10n.t("Choose to set it up."),
    command: "codechoir.setUp",
  }),
  gone: () => ({
    icon: "error",
    words: l10n.t("the server has stopped"),
    hint: l10n.t("Choose to start it again."),
    command: "codechoir.restartServer",
  }),
};
