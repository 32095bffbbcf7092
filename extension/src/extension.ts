import { announceCommands, registerCommands, updateContextKeys } from "./commands";
import { createLog } from "./notifications";
import { PlayerSelector, serverPlayer } from "./player/audioPlayer";
import { offerEnableAudio, WebviewPlayer } from "./player/webviewPlayer";
import { ReadingController, showReadingErrors } from "./reading/readingController";
import { WordHighlighter } from "./reading/wordHighlighter";
import { startLanguageClient } from "./server/languageClient";
import { followSettings, LanguageServer } from "./server/languageServer";
import { NeuralVoicesInstaller, offerNeuralVoices } from "./server/neuralVoices";
import { findBasePython, findServerPython } from "./server/pythonDiscovery";
import { NeuralEnvironment, ServerEnvironment } from "./server/pythonEnvironments";
import { connectOrSetUp, ServerSetup } from "./server/serverSetup";
import { showActiveFilters, StatusBar } from "./statusBar";
import type { ExtensionContext } from "./vscodeapi";
import { Uri, window } from "./vscodeapi";

/** How long the description of a token stays in the status bar, in milliseconds. */
const DESCRIPTION_TIMEOUT = 20_000;

/** The parts of package.json that are used here. */
interface Manifest {
  version: string;
  contributes: { commands: { command: string }[] };
}

let activeServer: LanguageServer | undefined;

/** Creates the components and connects them. */
export function activate(context: ExtensionContext): void {
  const { extensionUri, globalStorageUri, subscriptions } = context;
  const { version, contributes } = context.extension.packageJSON as Manifest;
  const cwd = extensionUri.fsPath;
  const log = createLog();
  const statusBar = new StatusBar();
  const highlighter = new WordHighlighter();
  const webviewPlayer = new WebviewPlayer(extensionUri);
  const players = new PlayerSelector({ client: webviewPlayer, server: serverPlayer });
  const reader = new ReadingController(() => players.current, highlighter);

  const backend = { folder: Uri.joinPath(extensionUri, "dist", "backend").fsPath, version };
  const serverEnvironment = new ServerEnvironment(globalStorageUri.fsPath, backend);
  const neuralEnvironment = new NeuralEnvironment(globalStorageUri.fsPath, backend);
  const findPython = () => findServerPython(serverEnvironment, version, cwd, log);
  const server = new LanguageServer({
    findPython,
    start: startLanguageClient,
    cwd,
    variables: () => neuralEnvironment.variables(),
    log,
    onAudio: (message) => {
      reader.onAudio(message);
    },
    onState: (message) => {
      reader.onState(message);
    },
    onLost: () => {
      reader.onServerLost();
    },
  });
  activeServer = server;
  const setup = new ServerSetup(serverEnvironment, log);
  const neuralVoices = new NeuralVoicesInstaller({
    environment: neuralEnvironment,
    findServerPython: findPython,
    findBasePython: () => findBasePython(log),
    restartServer: () => server.restart(),
    cwd,
    log,
  });

  subscriptions.push(
    log,
    statusBar,
    highlighter,
    webviewPlayer,
    players,
    reader,
    server,
    setup,
    neuralVoices,
    webviewPlayer.onPlayback((playback) => {
      reader.onPlayback(playback);
    }),
    webviewPlayer.onLost((message) => void reader.onPlayerLost(message)),
    webviewPlayer.onBlocked(() => {
      reader.onPlayerBlocked();
    }),
    reader.onDidChange((state) => {
      statusBar.showReading(state);
    }),
    server.onDidChange((state) => {
      statusBar.showServer(state);
    }),
    offerEnableAudio(webviewPlayer),
    offerNeuralVoices(() => server.connect(), log),
    showReadingErrors(reader, log),
    showActiveFilters(statusBar, server),
    updateContextKeys(reader, server),
    followSettings(server, log),
    ...registerCommands({
      reader,
      connect: (document) => connectOrSetUp(server, setup, document),
      setUp: async () => {
        if (await setup.run()) {
          await server.restart();
        }
      },
      installNeuralVoices: () => neuralVoices.install(),
      restartServer: () => server.restart(),
      enableAudio: () => webviewPlayer.enableAudio(),
      showResult: (text) => {
        statusBar.showResult(text);
      },
      showText: (text) => {
        window.setStatusBarMessage(text, DESCRIPTION_TIMEOUT);
      },
      log,
    }),
  );
  announceCommands(contributes.commands.map(({ command }) => command));
  // Start the server now, so that the first reading does not wait for it. A missing server is only logged here;
  // the first command that needs it offers to set it up.
  server.connect().catch((error: unknown) => {
    log.warn(String(error));
  });
}

/** Audio ends when the server and the player page end. */
export async function deactivate(): Promise<void> {
  await activeServer?.close();
}
