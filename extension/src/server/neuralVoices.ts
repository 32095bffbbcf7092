import { SECTION, updateSetting } from "../editorSettings";
import { CancellableTask, type Log, type TaskControl } from "../notifications";
import { serverCommand } from "../serverProtocol";
import type { Disposable } from "../vscodeapi";
import { commands, env, l10n, Uri, window, workspace } from "../vscodeapi";
import type { ServerConnection } from "./languageClient";
import type { NeuralEnvironment } from "./pythonEnvironments";
import { codechoirArgs, type Python, runStep } from "./pythonProcess";

/** Text of the licence; tests/project/test_extension_contract.py compares it with the backend's. */
export const LICENCE_URL = "https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt";

/** Source of the weights: a download after the user's agreement, or a local checkpoint folder. */
type WeightsSource = { agreement: string } | { folder: string };

export interface NeuralVoicesOptions {
  environment: NeuralEnvironment;
  /** Finds the Python that runs the server; rejects if there is none. */
  findServerPython: () => Promise<Python>;
  /** Finds a Python that can create environments; rejects if there is none. */
  findBasePython: () => Promise<Python>;
  /** Restarts the server, so that it finds the new installation. */
  restartServer: () => Promise<void>;
  cwd: string;
  log: Log;
}

/**
 * Installs the neural voices (XTTS v2), one installation at a time:
 *
 * 1. The user accepts the licence of the weights, or selects a local checkpoint.
 * 2. The engine's packages are installed in their own environment, from a locked list with hashes.
 * 3. `codechoir install xtts` downloads and verifies the weights.
 * 4. The server restarts, and the user is asked whether to use the neural voices.
 *
 * The user can cancel at any time; the next installation continues where the last one stopped.
 */
export class NeuralVoicesInstaller implements Disposable {
  private readonly task: CancellableTask;
  private installing: Promise<void> | undefined;

  constructor(private readonly options: NeuralVoicesOptions) {
    this.task = new CancellableTask(options.log);
  }

  /** Does nothing if the user declines. Rejects with a message for the user. */
  install(): Promise<void> {
    this.installing ??= this.startInstall().finally(() => {
      this.installing = undefined;
    });
    return this.installing;
  }

  dispose(): void {
    this.task.cancel();
  }

  private async startInstall(): Promise<void> {
    const { environment, findServerPython, findBasePython, restartServer } = this.options;
    const server = await findServerPython();
    const source = await askWeightsSource();
    if (source === undefined) {
      return;
    }
    const isInstalled = await this.task.run(async (control) => {
      await environment.create({ base: await findBasePython(), ...control });
      await this.installWeights(server, source, control);
    });
    if (isInstalled) {
      await restartServer();
      await offerToUse();
    }
  }

  private installWeights(server: Python, source: WeightsSource, control: TaskControl): Promise<void> {
    const step = l10n.t("Downloading the weights…");
    const options = "folder" in source ? ["--checkpoint", source.folder] : ["--licence", source.agreement];
    const onLine = (line: string): void => {
      control.onLine(line);
      const [received, total] = /(\d+ of \d+ MB)/.exec(line)?.[1]?.split(" of ") ?? [];
      if (received !== undefined && total !== undefined) {
        control.onProgress(`${step} ${l10n.t("{0} of {1}", received, total)}`);
      }
    };
    const args = codechoirArgs({ ...server, args: [] }, "install", "xtts", ...options);
    return runStep(step, server, args, this.options.cwd, { ...control, onLine });
  }
}

/** Offers to install the neural voices when the user selects engine `xtts` and it is not installed. */
export function offerNeuralVoices(connect: () => Promise<ServerConnection>, log: Log): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (
      event.affectsConfiguration(`${SECTION}.engine`) &&
      workspace.getConfiguration(SECTION).get("engine") === "xtts"
    ) {
      offerIfMissing(connect).catch((error: unknown) => {
        log.warn(String(error));
      });
    }
  });
}

async function offerIfMissing(connect: () => Promise<ServerConnection>): Promise<void> {
  const connection = await connect();
  const { engine, engineCheck } = await connection.execute<{ engine: string; engineCheck: string }>(
    serverCommand.status,
    {},
  );
  if (engine !== "xtts" || engineCheck === "ready") {
    return;
  }
  const install = l10n.t("Install");
  const message = l10n.t("The neural voices are not installed. Install them to use this engine.");
  if ((await window.showInformationMessage(message, install)) === install) {
    await commands.executeCommand("codechoir.installNeuralVoices");
  }
}

async function offerToUse(): Promise<void> {
  const use = l10n.t("Use neural voices");
  const message = l10n.t("The neural voices are installed. Use them for reading?");
  if ((await window.showInformationMessage(message, use)) === use) {
    await updateSetting("engine", "xtts");
  }
}

/** Asks where to get the weights. Undefined if the user declines. */
async function askWeightsSource(): Promise<WeightsSource | undefined> {
  const download = l10n.t("Download");
  const selectFolder = l10n.t("Select folder…");
  const readLicence = l10n.t("Read licence");
  const question = l10n.t("Install the neural voices (XTTS v2)?");
  const detail = l10n.t(
    "The engine needs up to 6 GB of disk space, the weights 1.9 GB. The weights are licensed under the Coqui Public Model License 1.0.0: the model and its audio may be used for non-commercial purposes only. Nothing is downloaded until you accept the licence. If you already have the checkpoint, select its folder.",
  );
  for (;;) {
    const answer = await window.showInformationMessage(
      question,
      { modal: true, detail },
      download,
      selectFolder,
      readLicence,
    );
    switch (answer) {
      case download:
        return askAgreement();
      case selectFolder:
        return askCheckpointFolder();
      case readLicence:
        await env.openExternal(Uri.parse(LICENCE_URL));
        continue;
      default:
        return undefined;
    }
  }
}

async function askAgreement(): Promise<WeightsSource | undefined> {
  const phrase = l10n.t("I agree");
  const prompt = l10n.t(
    "The XTTS v2 weights may be used for non-commercial purposes only (CPML). To accept the licence, type: {0}",
    phrase,
  );
  const isAgreement = (text: string): boolean => text.trim().toLowerCase() === phrase.toLowerCase();
  const answer = await window.showInputBox({
    title: l10n.t("Licence of the neural voices"),
    prompt,
    placeHolder: phrase,
    ignoreFocusOut: true,
    validateInput: (text) => (isAgreement(text) ? undefined : prompt),
  });
  return answer !== undefined && isAgreement(answer) ? { agreement: answer.trim() } : undefined;
}

async function askCheckpointFolder(): Promise<WeightsSource | undefined> {
  const selected = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    canSelectMany: false,
    title: l10n.t("Select checkpoint folder (config.json, model.pth, vocab.json, speakers_xtts.pth)"),
    openLabel: l10n.t("Select"),
  });
  return selected?.[0] && { folder: selected[0].fsPath };
}
