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
import type { Log } from "../log";
import type { AudioMessage, AudioMode, StateMessage } from "../protocol";
import { notification } from "../protocol";
import { SECTION, type ServerSettings } from "../settings";
import type { TextDocument } from "../vscodeapi";
import type { Connection } from "./connection";
import { codechoirArgs, type Python } from "./probe";

/** What a running server tells by itself. `onDeath`: it has gone without being asked to. */
export interface ServerEvents {
  onAudio: (message: AudioMessage) => void;
  onState: (message: StateMessage) => void;
  onDeath: () => void;
}

export interface StartOptions {
  python: Python;
  cwd: string;
  /** Variables that are added to ours. */
  variables: Record<string, string>;
  audio: AudioMode;
  settings: ServerSettings;
  log: Log;
  events: ServerEvents;
}

/** A running language server. */
export interface RunningServer extends Connection {
  /** Ends it; resolves when its process has gone. */
  close(): Promise<void>;
}

/** Starts the language server and resolves once it has answered `initialize`. */
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
      events.onDeath();
    }
  });
  return {
    execute: (command, argument) =>
      client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }),
    notify: (method, parameters) => {
      // Rejects only once the server has gone, which `onDeath` tells.
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
 * The client sends every document as it is in the editor, saved or not, from whatever file system. It starts
 * nothing again by itself and pops nothing up: `Server` knows better when, and how to say it.
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
      didOpen: (document, next) => unlessLog(document, () => next(document)),
      didChange: (event, next) => unlessLog(event.document, () => next(event)),
      didClose: (document, next) => unlessLog(document, () => next(document)),
    },
  };
}

/** Output panels are documents, too. Sending our own log to the server would add to the log, for ever. */
async function unlessLog(document: TextDocument, send: () => Promise<void>): Promise<void> {
  if (document.uri.scheme !== "output") {
    await send();
  }
}
