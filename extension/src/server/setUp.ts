import type { Log } from "../log";
import type { Disposable } from "../vscodeapi";
import { commands, l10n, ProgressLocation, window } from "../vscodeapi";
import { baseCandidates } from "./candidates";
import type { ManagedEnvironment } from "./managedEnvironment";
import { probeBase, type Python } from "./probe";

/** Sets up the environment for the server with the user watching; one at a time. */
export class SetUp implements Disposable {
  private abort = new AbortController();
  private underWay: Promise<boolean> | undefined;

  constructor(
    private readonly managed: ManagedEnvironment,
    private readonly log: Log,
  ) {}

  /**
   * Asks whether an environment may be made, and makes it. False when the user would rather not.
   *
   * `why`: what is wrong without it, for the log; a person who has just installed the extension needs to know
   * only that something is missing, and what happens next.
   */
  async offer(why: string): Promise<boolean> {
    this.log.warn(`no server: ${why}`);
    const make = l10n.t("Set up");
    const choose = l10n.t("Choose an interpreter");
    const showLog = l10n.t("Show log");
    const question = l10n.t(
      "Codechoir needs its Python part, which was not found. Shall it be set up now, in a folder of its own? This downloads about 60 MB.",
    );
    switch (await window.showInformationMessage(question, make, choose, showLog)) {
      case make:
        return this.make();
      case choose:
        await commands.executeCommand("workbench.action.openSettings", "codechoir.interpreter");
        return false;
      case showLog:
        this.log.show();
        return false;
      default:
        return false;
    }
  }

  /** Makes the environment; false when the user has cancelled that. Rejects with a line for people. */
  make(): Promise<boolean> {
    this.underWay ??= this.makeNow().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Breaks off what is under way: the window is about to close. */
  dispose(): void {
    this.abort.abort();
  }

  private async makeNow(): Promise<boolean> {
    const options = { location: ProgressLocation.Notification, title: "Codechoir", cancellable: true };
    return window.withProgress(options, async (progress, cancellation) => {
      const abort = new AbortController();
      this.abort = abort;
      cancellation.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        await this.managed.make({
          base: await this.findBase(),
          signal: abort.signal,
          onProgress: (message) => {
            progress.report({ message });
          },
          onLine: (line) => {
            this.log.info(line);
          },
        });
        return true;
      } catch (error) {
        if (abort.signal.aborted) {
          return false;
        }
        throw error;
      }
    });
  }

  /** A Python that an environment can be made of. Rejects with a line for people. */
  async findBase(): Promise<Python> {
    for (const candidate of await baseCandidates()) {
      const finding = await probeBase(candidate, process.cwd());
      this.log.info(`${candidate.program}: ${finding.ok ? finding.version : finding.problem}`);
      if (finding.ok) {
        return candidate;
      }
    }
    throw new Error(
      l10n.t(
        "No Python 3.11 or newer with venv was found. Install one (on Debian and Ubuntu: python3 and python3-venv), then try again.",
      ),
    );
  }
}
