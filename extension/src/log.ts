import type { LogOutputChannel } from "./vscodeapi";
import { window } from "./vscodeapi";

/** The extension's one log; the server's own messages go there too. Shown by "Show log". */
export type Log = LogOutputChannel;

export function makeLog(): Log {
  return window.createOutputChannel("Codechoir", { log: true });
}
