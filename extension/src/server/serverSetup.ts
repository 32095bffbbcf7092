import { CancellableTask, type Log, UserDeclined } from "../notifications";
import type { Disposable, TextDocument } from "../vscodeapi";
import { commands, l10n, window } from "../vscodeapi";
import type { ServerConnection } from "./languageClient";
import type { LanguageServer } from "./languageServer";
import { findBasePython, NoServerError } from "./pythonDiscovery";
import type { ServerEnvironment } from "./pythonEnvironments";

/** Creates the Python environment of the server, after asking the user. */
export class ServerSetup implements Disposable {
  private readonly task: CancellableTask;

  constructor(
    private readonly environment: ServerEnvironment,
    private readonly log: Log,
  ) {
    this.task = new CancellableTask(log);
  }

  /**
   * Asks whether to set up the environment, and does so. Resolves to false if the user declines.
   *
   * `reason` only goes to the log: a user who has just installed the extension does not need the problems of
   * each interpreter.
   */
  async offer(reason: string): Promise<boolean> {
    this.log.warn(`no server: ${reason}`);
    const setUp = l10n.t("Set up");
    const selectInterpreter = l10n.t("Select interpreter");
    const showLog = l10n.t("Show log");
    const question = l10n.t(
      "Codechoir's Python package was not found. Install it now in a separate environment? This downloads about 60 MB.",
    );
    switch (await window.showInformationMessage(question, setUp, selectInterpreter, showLog)) {
      case setUp:
        return this.run();
      case selectInterpreter:
        await commands.executeCommand("workbench.action.openSettings", "codechoir.interpreter");
        return false;
      case showLog:
        this.log.show();
        return false;
      default:
        return false;
    }
  }

  /** Creates the environment. Resolves to false if the user cancels; rejects with a message for the user. */
  run(): Promise<boolean> {
    return this.task.run(async (control) => {
      await this.environment.create({ base: await findBasePython(this.log), ...control });
    });
  }

  dispose(): void {
    this.task.cancel();
  }
}

/**
 * Connects to the server with the settings for `document`. If the server is missing, offers to set it up;
 * rejects with `UserDeclined` if the user does not want that.
 */
export async function connectOrSetUp(
  server: LanguageServer,
  setup: ServerSetup,
  document?: TextDocument,
): Promise<ServerConnection> {
  try {
    return await server.connect(document);
  } catch (error) {
    if (!(error instanceof NoServerError)) {
      throw error;
    }
    if (!(await setup.offer(error.message))) {
      throw new UserDeclined();
    }
    return server.connect(document);
  }
}
