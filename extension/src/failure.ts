import type { Log } from "./log";
import { l10n, window } from "./vscodeapi";

/** The user would rather not: nothing more is to be said about it. */
export class Declined extends Error {}

/**
 * Tells a person that what they asked for could not be done. This is the only thing that pops up by itself:
 * what works says so in the status bar. The message has no buttons unless there is something to choose, so
 * that it goes away without an act; screen readers announce it.
 */
export async function tellFailure(error: unknown, log: Log): Promise<void> {
  if (error instanceof Declined) {
    return;
  }
  const line = messageOf(error);
  log.error(error instanceof Error && error.stack ? error.stack : line);
  await window.showWarningMessage(`Codechoir: ${line}`);
}

/** One line for people, also from errors that were made for programs. */
export function messageOf(error: unknown): string {
  const line = error instanceof Error ? error.message : String(error);
  return line.trim().split("\n")[0] || l10n.t("something failed; the log tells more");
}
