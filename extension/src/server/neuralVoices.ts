import type { Log } from "../log";
import { changeSetting } from "../settings";
import type { Disposable } from "../vscodeapi";
import { l10n, ProgressLocation, window } from "../vscodeapi";
import { askForWeights, type Weights } from "./licence";
import type { NeuralEnvironment } from "./neuralEnvironment";
import { runStep, type Watched } from "./pip";
import { codechoirArgs, type Python } from "./probe";

export interface NeuralOptions {
  environment: NeuralEnvironment;
  /** The Python that has Codechoir; rejects when there is none. */
  findServer: () => Promise<Python>;
  /** A Python that environments can be made of; rejects when there is none. */
  findBase: () => Promise<Python>;
  /** Starts the server anew, so that it learns of what was installed. */
  restart: () => Promise<void>;
  cwd: string;
  log: Log;
}

/**
 * Installs the neural voices with the user watching, one at a time:
 *
 * 1. The user is told what comes, is shown the licence and agrees in words, or names a checkpoint of their own.
 * 2. The engine's packages go into an environment of their own, from the locked list with its hashes.
 * 3. `codechoir install xtts` of the server fetches the weights and checks them.
 * 4. The server starts anew, and the user is asked whether the neural voices shall speak.
 *
 * Everything can be cancelled, and goes on where it was when it is done again.
 */
export class NeuralVoices implements Disposable {
  private abort = new AbortController();
  private underWay: Promise<void> | undefined;

  constructor(private readonly options: NeuralOptions) {}

  /** Rejects with a line for people. Nothing happens when the user would rather not. */
  install(): Promise<void> {
    this.underWay ??= this.installNow().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Breaks off what is under way: the window is about to close. */
  dispose(): void {
    this.abort.abort();
  }

  private async installNow(): Promise<void> {
    const server = await this.options.findServer();
    const weights = await askForWeights();
    if (weights !== undefined && (await this.fetch(server, weights))) {
      await this.options.restart();
      await offerToSpeak();
    }
  }

  /** False when it was cancelled. */
  private async fetch(server: Python, weights: Weights): Promise<boolean> {
    const options = { location: ProgressLocation.Notification, title: "Codechoir", cancellable: true };
    return window.withProgress(options, async (progress, cancellation) => {
      const abort = new AbortController();
      this.abort = abort;
      cancellation.onCancellationRequested(() => {
        abort.abort();
      });
      const watched = {
        signal: abort.signal,
        onProgress: (message: string) => {
          progress.report({ message });
        },
        onLine: (line: string) => {
          this.options.log.info(line);
        },
      };
      try {
        await this.options.environment.make({ base: await this.options.findBase(), ...watched });
        await this.fetchWeights(server, weights, watched);
        return true;
      } catch (error) {
        if (abort.signal.aborted) {
          return false;
        }
        throw error;
      }
    });
  }

  private fetchWeights(server: Python, weights: Weights, watched: Watched): Promise<void> {
    const words = l10n.t("Fetching the weights…");
    const what = "folder" in weights ? ["--checkpoint", weights.folder] : ["--licence", weights.agreement];
    const onLine = (line: string): void => {
      watched.onLine(line);
      const told = /(\d+ of \d+ MB)/.exec(line)?.[1]?.split(" of ");
      if (told) {
        watched.onProgress(`${words} ${l10n.t("{0} of {1}", told[0]!, told[1]!)}`);
      }
    };
    const args = codechoirArgs({ ...server, args: [] }, "install", "xtts", ...what);
    return runStep(words, server, args, this.options.cwd, { ...watched, onLine });
  }
}

async function offerToSpeak(): Promise<void> {
  const use = l10n.t("Use them now");
  const words = l10n.t("The neural voices are installed. Shall they read from now on?");
  if ((await window.showInformationMessage(words, use)) === use) {
    await changeSetting("engine", "xtts");
  }
}
