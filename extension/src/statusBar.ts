import type { ReadingPhase, ReadingState } from "./reading/readingSession";
import { activeFiltersText } from "./readingFilters";
import type { LanguageServer, ServerState } from "./server/languageServer";
import { type Category, serverCommand } from "./serverProtocol";
import type { StatusBarItem } from "./vscodeapi";
import { Disposable, l10n, StatusBarAlignment, window, workspace } from "./vscodeapi";

interface Appearance {
  icon: string;
  text: string;
  /** What a click does. */
  tooltip: string;
  command: string | { title: string; command: string; arguments: unknown[] };
}

/** How long a result such as a new speech rate is shown, in milliseconds. */
const RESULT_TIMEOUT = 8000;

/** Shows the state of reading and server as text, and as the accessible label of the status bar item. */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;
  private server: ServerState = "off";
  private reading: ReadingState = { phase: "silent" };
  private result: string | undefined;
  private filters: string | undefined;
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
    this.clearResult();
    this.update();
  }

  /** Shows the active reading filters, such as "without comment"; undefined if there are none. */
  showFilters(text: string | undefined): void {
    this.filters = text;
    this.update();
  }

  /** Shows the result of a command for a while. */
  showResult(text: string): void {
    this.clearResult();
    this.result = text;
    this.timer = setTimeout(() => {
      this.clearResult();
      this.update();
    }, RESULT_TIMEOUT);
    this.update();
  }

  dispose(): void {
    this.clearResult();
    this.item.dispose();
  }

  private clearResult(): void {
    clearTimeout(this.timer);
    this.result = undefined;
  }

  private update(): void {
    const shown = (serverAppearances[this.server] ?? readingAppearances[this.reading.phase])();
    const text = this.result ?? this.reading.message ?? (this.isStarting ? l10n.t("starting…") : shown.text);
    const filters = this.result === undefined && this.filters ? ` (${this.filters})` : "";
    const sentence = text.endsWith(".") ? `${text}${filters}` : `${text}${filters}.`;
    this.item.text = `$(${shown.icon}) Codechoir: ${text}${filters}`;
    this.item.tooltip = shown.tooltip;
    this.item.command = shown.command;
    this.item.accessibilityInformation = {
      label: `Codechoir: ${sentence} ${shown.tooltip}`,
      role: "button",
    };
  }

  private get isStarting(): boolean {
    return this.server === "starting" && this.reading.phase === "waiting";
  }
}

/**
 * Keeps in the status bar what is not heard, so that nobody mistakes code without sound for missing code.
 *
 * The settings are shown at once. The server is asked for voices with volume 0, which may come from the profile.
 */
export function showActiveFilters(statusBar: StatusBar, server: LanguageServer): Disposable {
  let changes = 0;
  const show = (): void => {
    statusBar.showFilters(activeFiltersText());
    if (server.state === "ready") {
      const change = ++changes;
      void fetchSilent(server).then((silent) => {
        if (silent && change === changes) {
          statusBar.showFilters(activeFiltersText(silent));
        }
      });
    }
  };
  show();
  return Disposable.from(
    workspace.onDidChangeConfiguration(show),
    workspace.onDidGrantWorkspaceTrust(show),
    server.onDidChange(show),
  );
}

/** Categories whose voice has volume 0; undefined if the server cannot say. */
async function fetchSilent(server: LanguageServer): Promise<Category[] | undefined> {
  try {
    const connection = await server.connect();
    return (await connection.execute<{ silent?: Category[] }>(serverCommand.status, {})).silent;
  } catch {
    return undefined;
  }
}

const readingAppearances: Record<ReadingPhase, () => Appearance> = {
  silent: () => ({
    icon: "mute",
    text: l10n.t("not reading"),
    tooltip: l10n.t("Click to show all commands."),
    command: { title: "", command: "workbench.action.quickOpen", arguments: [">Codechoir: "] },
  }),
  waiting: () => ({
    icon: "loading~spin",
    text: l10n.t("waiting for audio"),
    tooltip: l10n.t("Click to stop."),
    command: "codechoir.stop",
  }),
  speaking: () => ({
    icon: "unmute",
    text: l10n.t("speaking"),
    tooltip: l10n.t("Click to stop."),
    command: "codechoir.stop",
  }),
  paused: () => ({
    icon: "debug-pause",
    text: l10n.t("paused"),
    tooltip: l10n.t("Click to resume."),
    command: "codechoir.pauseOrResume",
  }),
  blocked: () => ({
    icon: "warning",
    text: l10n.t("audio is blocked"),
    tooltip: l10n.t("Click to enable audio."),
    command: "codechoir.enableAudio",
  }),
  failed: () => ({
    icon: "error",
    text: l10n.t("reading failed"),
    tooltip: l10n.t("Click to show the log."),
    command: "codechoir.showLog",
  }),
};

/** Server problems; they take precedence over the state of the reading. */
const serverAppearances: Partial<Record<ServerState, () => Appearance>> = {
  missing: () => ({
    icon: "warning",
    text: l10n.t("not set up"),
    tooltip: l10n.t("Click to set up Codechoir."),
    command: "codechoir.setUp",
  }),
  failed: () => ({
    icon: "error",
    text: l10n.t("server stopped"),
    tooltip: l10n.t("Click to restart the server."),
    command: "codechoir.restartServer",
  }),
};
