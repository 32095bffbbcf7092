import { audioMode, updateSetting } from "./editorSettings";
import { type Log, showError } from "./notifications";
import type { ReadingController } from "./reading/readingController";
import { isReading } from "./reading/readingSession";
import {
  activeFiltersText,
  clearFilters,
  selectCategories,
  selectContentKind,
  toggleMute,
} from "./readingFilters";
import type { ServerConnection } from "./server/languageClient";
import type { LanguageServer } from "./server/languageServer";
import {
  type LspPosition,
  type LspRange,
  type ReadArguments,
  type ReadUnit,
  type SayArguments,
  type SayTopic,
  serverCommand,
} from "./serverProtocol";
import type { Position, Selection, TextDocument, TextEditor } from "./vscodeapi";
import { commands, Disposable, l10n, window, workspace } from "./vscodeapi";
import { compareVoices, selectVoices } from "./voicePicker";

/** What the commands act on. */
export interface CommandContext {
  reader: ReadingController;
  /** Connects to the server with the settings for a document; offers to set up the server if it is missing. */
  connect: (document?: TextDocument) => Promise<ServerConnection>;
  setUp: () => Promise<void>;
  installNeuralVoices: () => Promise<void>;
  restartServer: () => Promise<void>;
  enableAudio: () => Promise<void>;
  /** Shows the result of a command in the status bar item. */
  showResult: (text: string) => void;
  /** Shows text in the status bar, long enough to read a sentence. */
  showText: (text: string) => void;
  log: Log;
}

/** Words per minute by which the speech rate is increased or decreased. */
const RATE_STEP = 20;

/** Argument of a call that only announces a command to VS Code; see `announceCommands`. */
const ANNOUNCEMENT = Symbol("announcement");

/** Registers all commands of package.json. A command that fails shows the error and does not throw. */
export function registerCommands(context: CommandContext): Disposable[] {
  return Object.entries(commandHandlers(context)).map(([name, handler]) =>
    commands.registerCommand(`codechoir.${name}`, async (argument?: unknown) => {
      if (argument === ANNOUNCEMENT) {
        return;
      }
      try {
        await handler();
      } catch (error) {
        await showError(error, context.log);
      }
    }),
  );
}

/**
 * Keeps the order of keys: without this, the first use of a command waits for the activation event of this
 * command, so a Stop pressed after it would arrive before it and be lost. A call from the extension itself fires
 * the event, too.
 */
export function announceCommands(names: readonly string[]): void {
  for (const name of names) {
    void commands.executeCommand(name, ANNOUNCEMENT);
  }
}

function commandHandlers(context: CommandContext): Record<string, () => unknown> {
  const { reader, connect, showResult } = context;
  const read = (unit: ReadUnit) => async (): Promise<void> => {
    const editor = activeEditor();
    const args = readArguments(editor, unit);
    await reader.read(editor.document, args, () => connect(editor.document));
  };
  const say = async (topic: SayTopic, scope: "document" | "cursor"): Promise<void> => {
    const editor = activeEditor();
    const args = sayArguments(editor, topic, scope);
    await reader.say(editor.document, args, () => connect(editor.document));
  };
  const describe = async (): Promise<void> => {
    const editor = activeEditor();
    const args = sayArguments(editor, "describe", "cursor");
    await reader.say(editor.document, args, async () => {
      const connection = await connect(editor.document);
      const { words } = await connection.execute<{ words: string }>(serverCommand.describe, args);
      context.showText(words);
      return connection;
    });
  };
  const changeFilters = (change: () => Promise<void>) => async (): Promise<void> => {
    await change();
    showResult(activeFiltersText() ?? l10n.t("reading everything"));
  };
  // One change at a time: the server must know the setting of the last change before the next one. Keys pressed
  // meanwhile are added up.
  let pendingDelta = 0;
  let changingRate: Promise<void> | undefined;
  const applyRateChanges = async (): Promise<void> => {
    while (pendingDelta !== 0) {
      const delta = pendingDelta;
      pendingDelta = 0;
      const connection = await connect();
      const { wpm } = await connection.execute<{ wpm: number }>(serverCommand.rate, { delta });
      await updateSetting("rate", wpm);
      showResult(l10n.t("{0} words per minute", Math.round(wpm)));
    }
  };
  const changeRate = (delta: number) => async (): Promise<void> => {
    pendingDelta += delta;
    changingRate ??= applyRateChanges().finally(() => {
      changingRate = undefined;
      pendingDelta = 0;
    });
    await changingRate;
  };
  const clearPhraseCache = async (): Promise<void> => {
    const connection = await connect();
    const { removed } = await connection.execute<{ removed: { entries: number } }>(serverCommand.cache, {
      clear: "both",
    });
    showResult(l10n.t("phrase cache cleared: {0} phrases", removed.entries));
  };
  const previewVoice = async (): Promise<void> => {
    // A running reading continues with the new voice by itself.
    if (!isReading(reader.state) && window.activeTextEditor) {
      await read("line")();
    }
  };
  return {
    readSelection: read("selection"),
    readLine: read("line"),
    readSymbol: read("symbol"),
    readFile: read("file"),
    readFromCursor: read("from-cursor"),
    outlineFile: () => say("outline", "document"),
    outlineSymbol: () => say("outline", "cursor"),
    describeToken: describe,
    spellSelection: () => say("spell", "cursor"),
    mute: changeFilters(() => selectCategories("mute")),
    solo: changeFilters(() => selectCategories("solo")),
    muteComments: changeFilters(() => toggleMute("comment")),
    chooseWhatIsRead: changeFilters(selectContentKind),
    hearEverything: changeFilters(clearFilters),
    stop: () => reader.stop(),
    pauseOrResume: () => reader.pauseOrResume(),
    skipForward: () => reader.skip("line", 1),
    skipBack: () => reader.skip("line", -1),
    nextSpan: () => reader.skip("span", 1),
    previousSpan: () => reader.skip("span", -1),
    nextBlock: () => reader.skip("block", 1),
    previousBlock: () => reader.skip("block", -1),
    nextSymbol: () => reader.skip("symbol", 1),
    previousSymbol: () => reader.skip("symbol", -1),
    repeatLine: () => reader.repeatLine({ slower: false }),
    repeatLineSlower: () => reader.repeatLine({ slower: true }),
    whereAmI: () => reader.announcePosition(),
    forgetPhrases: clearPhraseCache,
    faster: changeRate(RATE_STEP),
    slower: changeRate(-RATE_STEP),
    enableAudio: () => context.enableAudio(),
    chooseVoices: async () => {
      await selectVoices(await connect(), previewVoice);
    },
    compareVoices: async () => {
      await compareVoices(await connect(), async () => {
        await reader.stop();
        await read("line")();
      });
    },
    setUp: () => context.setUp(),
    installNeuralVoices: () => context.installNeuralVoices(),
    showLog: () => {
      context.log.show();
    },
    restartServer: async () => {
      await context.restartServer();
      showResult(l10n.t("server restarted"));
    },
  };
}

/** Keeps the context keys up to date that the `when` clauses of package.json use. */
export function updateContextKeys(reader: ReadingController, server: LanguageServer): Disposable {
  const set = (name: string, value: boolean): void => {
    void commands.executeCommand("setContext", `codechoir.${name}`, value);
  };
  const setEditorAudio = (): void => {
    set("editorAudio", audioMode() === "client");
  };
  setEditorAudio();
  return Disposable.from(
    reader.onDidChange((state) => {
      set("reading", isReading(state));
    }),
    server.onDidChange((state) => {
      set("ready", state === "ready");
    }),
    workspace.onDidChangeConfiguration(setEditorAudio),
  );
}

function activeEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (!editor) {
    throw new Error(l10n.t("No text editor is open. Open a file and try again."));
  }
  return editor;
}

function readArguments(editor: TextEditor, unit: ReadUnit): ReadArguments {
  const { document, selection } = editor;
  const uri = document.uri.toString();
  switch (unit) {
    case "selection": {
      const selected = selectedRanges(editor);
      if (!selected) {
        throw new Error(l10n.t("Nothing is selected. Select some code and try again."));
      }
      return { uri, unit, ...selected };
    }
    case "file":
      return { uri, unit };
    default:
      return { uri, unit, position: lspPosition(selection.active) };
  }
}

/** Spelling uses the selection if there is one; everything else the cursor or the whole document. */
function sayArguments(editor: TextEditor, what: SayTopic, scope: "document" | "cursor"): SayArguments {
  const uri = editor.document.uri.toString();
  if (scope === "document") {
    return { what, uri };
  }
  const selected = what === "spell" && selectedRanges(editor);
  return selected
    ? { what, uri, ...selected }
    : { what, uri, position: lspPosition(editor.selection.active) };
}

/** What is selected; undefined if nothing is. */
function selectedRanges({
  selections,
}: TextEditor): { range: LspRange } | { ranges: LspRange[] } | undefined {
  const ranges = selections.filter(({ isEmpty }) => !isEmpty).map(lspRange);
  return ranges.length > 1 ? { ranges } : ranges[0] && { range: ranges[0] };
}

function lspRange({ start, end }: Selection): LspRange {
  return { start: lspPosition(start), end: lspPosition(end) };
}

function lspPosition({ line, character }: Position): LspPosition {
  return { line, character };
}
