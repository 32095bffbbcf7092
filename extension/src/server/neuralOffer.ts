import type { Log } from "../log";
import { serverCommand } from "../protocol";
import { SECTION } from "../settings";
import type { Disposable } from "../vscodeapi";
import { commands, l10n, window, workspace } from "../vscodeapi";
import type { Connection } from "./connection";

/** Who has chosen the neural voices, and has none yet, is offered to install them. */
export function offerNeuralVoices(connect: () => Promise<Connection>, log: Log): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (
      event.affectsConfiguration(`${SECTION}.engine`) &&
      workspace.getConfiguration(SECTION).get("engine") === "xtts"
    ) {
      offer(connect).catch((error: unknown) => {
        log.warn(String(error));
      });
    }
  });
}

async function offer(connect: () => Promise<Connection>): Promise<void> {
  const { engine, engineCheck } = await (
    await connect()
  ).execute<{ engine: string; engineCheck: string }>(serverCommand.status, {});
  if (engine !== "xtts" || engineCheck === "ready") {
    return;
  }
  const install = l10n.t("Install");
  const words = l10n.t("The neural voices are not installed yet, so nothing can be read with them.");
  if ((await window.showInformationMessage(words, install)) === install) {
    await commands.executeCommand("codechoir.installNeuralVoices");
  }
}
