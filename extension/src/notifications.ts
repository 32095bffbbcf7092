import type { LogOutputChannel } from "./vscodeapi";
import { l10n, ProgressLocation, window } from "./vscodeapi";

/** The output channel "Codechoir"; the language server writes to it, too. */
export type Log = LogOutputChannel;

export function createLog(): Log {
  return window.createOutputChannel("Codechoir", { log: true });
}

/** The user declined an offer. Not an error: nothing is shown. */
export class UserDeclined extends Error {}

/**
 * Logs an error and shows it as a warning.
 *
 * Only errors pop up; results are shown in the status bar. The message has no buttons, so it disappears by
 * itself, and screen readers announce it.
 */
export async function showError(error: unknown, log: Log): Promise<void> {
  if (error instanceof UserDeclined) {
    return;
  }
  const message = errorMessage(error);
  log.error(error instanceof Error && error.stack ? error.stack : message);
  await window.showWarningMessage(`Codechoir: ${message}`);
}

/** The first line of an error's message. */
function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0] || l10n.t("Unknown error. Run “Codechoir: Show log” for details.");
}

/** Cancellation and progress of a long task. */
export interface TaskControl {
  signal: AbortSignal;
  /** Shows the current step. */
  onProgress: (step: string) => void;
  /** Receives every output line of the processes that the task runs. */
  onLine: (line: string) => void;
}

/** Runs one long task at a time, with a progress notification that has a Cancel button. */
export class CancellableTask {
  private abort = new AbortController();
  private running: Promise<boolean> | undefined;

  constructor(private readonly log: Log) {}

  /** Resolves to false if the user cancels. Joins the task that is running, if any. */
  run(task: (control: TaskControl) => Promise<void>): Promise<boolean> {
    this.running ??= this.start(task).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  cancel(): void {
    this.abort.abort();
  }

  private start(task: (control: TaskControl) => Promise<void>): Promise<boolean> {
    const options = { location: ProgressLocation.Notification, title: "Codechoir", cancellable: true };
    return Promise.resolve(
      window.withProgress(options, async (progress, cancellation) => {
        const abort = new AbortController();
        this.abort = abort;
        cancellation.onCancellationRequested(() => {
          abort.abort();
        });
        try {
          await task({
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
      }),
    );
  }
}
