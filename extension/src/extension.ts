import { registerCommands } from "./commands";
import { Highlighter } from "./editor/highlighter";
import { makeLog } from "./log";
import { devicePlayer } from "./player/devicePlayer";
import { PlayerChoice } from "./player/playerChoice";
import { PlayerView } from "./player/playerView";
import { Reader } from "./reading/reader";
import { findServer } from "./server/discovery";
import { connectHelpfully } from "./server/help";
import { startLanguageClient } from "./server/languageClient";
import { ManagedEnvironment } from "./server/managedEnvironment";
import { NeuralEnvironment } from "./server/neuralEnvironment";
import { offerNeuralVoices } from "./server/neuralOffer";
import { NeuralVoices } from "./server/neuralVoices";
import { Server } from "./server/server";
import { SetUp } from "./server/setUp";
import { StatusItem } from "./statusItem";
import type { ExtensionContext } from "./vscodeapi";
import { Uri, window } from "./vscodeapi";
import { keepContexts, offerAudioOnce, tellFailures, tellListening, watchSettings } from "./wiring";

/** How long the description of a token is shown, in milliseconds. */
const WORDS_TIME = 20_000;

let server: Server | undefined;

/** Makes the parts and connects them; nothing is decided here. */
export function activate(context: ExtensionContext): void {
  const { extensionUri, globalStorageUri, subscriptions } = context;
  const { version } = context.extension.packageJSON as { version: string };
  const log = makeLog();
  const status = new StatusItem();
  const highlighter = new Highlighter();
  const view = new PlayerView(extensionUri);
  const players = new PlayerChoice({ client: view, server: devicePlayer });
  const reader = new Reader(() => players.current, highlighter);
  const backend = { folder: Uri.joinPath(extensionUri, "dist", "backend").fsPath, version };
  const managed = new ManagedEnvironment(globalStorageUri.fsPath, backend);
  const setUp = new SetUp(managed, log);
  const neural = new NeuralEnvironment(globalStorageUri.fsPath, backend);
  const languageServer = new Server({
    find: () => findServer(managed, version, extensionUri.fsPath, log),
    start: startLanguageClient,
    cwd: extensionUri.fsPath,
    variables: () => neural.variables(),
    log,
    onAudio: (message) => {
      reader.onAudio(message);
    },
    onState: (message) => {
      reader.onState(message);
    },
    onLost: () => {
      reader.serverLost();
    },
  });
  server = languageServer;
  const neuralVoices = new NeuralVoices({
    environment: neural,
    findServer: () => findServer(managed, version, extensionUri.fsPath, log),
    findBase: () => setUp.findBase(),
    restart: () => languageServer.restart(),
    cwd: extensionUri.fsPath,
    log,
  });

  subscriptions.push(
    log,
    status,
    highlighter,
    view,
    players,
    reader,
    languageServer,
    setUp,
    neuralVoices,
    offerNeuralVoices(() => languageServer.connect(), log),
    view.onPlayed((played) => {
      reader.onPlayed(played);
    }),
    view.onLost((words) => void reader.playerLost(words)),
    view.onBlocked(() => {
      reader.playerBlocked();
    }),
    offerAudioOnce(view),
    tellFailures(reader, log),
    reader.onDidChange((state) => {
      status.showReading(state);
    }),
    languageServer.onDidChange((state) => {
      status.showServer(state);
    }),
    keepContexts(reader, languageServer),
    tellListening(status),
    watchSettings(languageServer, log),
    ...registerCommands({
      reader,
      connect: (document) => connectHelpfully(languageServer, setUp, document),
      setUp: async () => {
        if (await setUp.make()) {
          await languageServer.restart();
        }
      },
      installNeuralVoices: () => neuralVoices.install(),
      restart: () => languageServer.restart(),
      enableAudio: () => view.enableAudio(),
      note: (words) => {
        status.showNote(words);
      },
      show: (words) => {
        window.setStatusBarMessage(words, WORDS_TIME);
      },
      log,
    }),
  );
  // So that the first reading does not wait for Python to start. What is missing is offered when it is needed.
  languageServer.connect().catch((error: unknown) => {
    log.warn(String(error));
  });
}

/** Silence comes with the end of the server and of the player's page. */
export async function deactivate(): Promise<void> {
  await server?.close();
}
