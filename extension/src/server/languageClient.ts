import {
  CloseAction,
  ErrorAction,
  type Executable,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient/node";
import { SECTION, type ServerSettings } from "../editorSettings";
import type { Log } from "../notifications";
import type { AudioMessage, AudioMode, StateMessage } from "../serverProtocol";
import { notification } from "../serverProtocol";
import type { TextDocument } from "../vscodeapi";
import { codechoirArgs, type Python } from "./pythonProcess";

/** Requests and notifications to the language server. */
export interface ServerConnection {
  execute<T>(command: string, argument: object): Promise<T>;
  notify(method: string, parameters: object): void;
}

export interface RunningServer extends ServerConnection {
  /** Shuts the server down; resolves when its process has ended. */
  close(): Promise<void>;
}

export interface ServerEvents {
  onAudio: (message: AudioMessage) => void;
  onState: (message: StateMessage) => void;
  /** The process has ended without `close()`. */
  onExit: () => void;
}

export interface StartOptions {
  python: Python;
  cwd: string;
  /** Added to the environment variables of the extension host. */
  variables: Record<string, string>;
  audio: AudioMode;
  settings: ServerSettings;
  log: Log;
  events: ServerEvents;
}

/** Starts the language server; resolves when it has answered `initialize`. */
export async function startLanguageClient(options: StartOptions): Promise<RunningServer> {
  const { python, cwd, variables, log, events } = options;
  const executable: Executable = {
    command: python.program,
    args: codechoirArgs(python, "lsp"),
    options: { cwd, env: { ...process.env, ...variables } },
  };
  const client = new LanguageClient("codechoir", "Codechoir", executable, clientOptions(options));
  client.onNotification(notification.audio, events.onAudio);
  client.onNotification(notification.state, events.onState);
  log.info(`starting ${[python.program, ...executable.args!].join(" ")}`);
  await client.start();
  let isClosing = false;
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Stopped && !isClosing) {
      events.onExit();
    }
  });
  return {
    execute: (command, argument) =>
      client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }),
    notify: (method, parameters) => {
      // Rejects only if the server has ended, which `onExit` reports.
      client.sendNotification(method, parameters).catch((error: unknown) => {
        log.debug(`${method} was not delivered: ${String(error)}`);
      });
    },
    close: async () => {
      isClosing = true;
      await client.dispose();
    },
  };
}

/**
 * The client synchronizes all documents, of any language and any file system. It neither restarts the server nor
 * shows messages: `LanguageServer` does.
 */
function clientOptions({ audio, settings, log }: StartOptions): LanguageClientOptions {
  return {
    documentSelector: [{ language: "*" }],
    initializationOptions: { audio, [SECTION]: settings },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: (error) => {
      log.error(error instanceof Error ? error : String(error));
      return false;
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
    },
    middleware: {
      didOpen: (document, next) => unlessOutput(document, () => next(document)),
      didChange: (event, next) => unlessOutput(event.document, () => next(event)),
      didClose: (document, next) => unlessOutput(document, () => next(document)),
    },
  };
}

/** Output channels are documents, too. Sending our own log to the server would add to the log, endlessly. */
async function unlessOutput(document: TextDocument, send: () => Promise<void>): Promise<void> {
  if (document.uri.scheme !== "output") {
    await send();
  }
}
