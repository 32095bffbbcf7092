import { tellFailure } from "./failure";
import { listeningWords } from "./listening";
import type { Log } from "./log";
import type { PlayerView } from "./player/playerView";
import { isReading } from "./reading/phase";
import type { Reader } from "./reading/reader";
import type { Server } from "./server/server";
import { audioMode, SECTION } from "./settings";
import type { StatusItem } from "./statusItem";
import { commands, Disposable, l10n, window, workspace } from "./vscodeapi";

/** A reading that fails by itself, without a command that could tell, is told as a failed command is. */
export function tellFailures(reader: Reader, log: Log): Disposable {
  return reader.onDidChange(({ phase, message }) => {
    if (phase === "failed" && message) {
      void tellFailure(message, log);
    }
  });
}

/** Keeps what the manifest's `when` clauses ask for up to date. */
export function keepContexts(reader: Reader, server: Server): Disposable {
  const set = (name: string, value: boolean): void => {
    void commands.executeCommand("setContext", `codechoir.${name}`, value);
  };
  const setAudio = (): void => {
    set("editorAudio", audioMode() === "client");
  };
  setAudio();
  return Disposable.from(
    reader.onDidChange((state) => {
      set("reading", isReading(state));
    }),
    server.onDidChange((state) => {
      set("ready", state === "ready");
    }),
    workspace.onDidChangeConfiguration(setAudio),
  );
}

/** Shows what is left out of the readings: who forgets that something is muted would think it is not there. */
export function tellListening(status: StatusItem): Disposable {
  const tell = (): void => {
    status.showListening(listeningWords());
  };
  tell();
  return workspace.onDidChangeConfiguration(tell);
}

/** Brings a change of the settings to the server: most at once, some only by starting it anew. */
export function watchSettings(server: Server, log: Log): Disposable {
  const restart = (): void => {
    server.restart().catch((error: unknown) => {
      log.warn(String(error));
    });
  };
  return Disposable.from(
    workspace.onDidChangeConfiguration((event) => {
      if (["audio", "interpreter"].some((name) => event.affectsConfiguration(`${SECTION}.${name}`))) {
        restart();
      } else if (event.affectsConfiguration(SECTION)) {
        server.configure();
      }
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      if (server.state === "missing") {
        restart();
      }
    }),
  );
}

/**
 * Tells the user once a window how sound is let out, when the window does not let it out by itself. Later
 * the status item alone tells it.
 */
export function offerAudioOnce(view: PlayerView): Disposable {
  let isOffered = false;
  return view.onBlocked(() => {
    if (!isOffered) {
      isOffered = true;
      void offerAudio(view);
    }
  });
}

async function offerAudio(view: PlayerView): Promise<void> {
  const enable = l10n.t("Enable audio");
  const words = l10n.t("Codechoir: this window lets out sound only after one key or click in the player.");
  if ((await window.showInformationMessage(words, enable)) === enable) {
    await view.enableAudio();
  }
}
