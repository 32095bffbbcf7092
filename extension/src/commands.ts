import { activeEditor, readArguments, sayArguments } from "./editor/target";
import { tellFailure } from "./failure";
import { chooseCategories, chooseKind, hearEverything, listeningWords, toggle } from "./listening";
import type { Log } from "./log";
import { serverCommand, type Told, type Unit } from "./protocol";
import { isReading } from "./reading/phase";
import type { Reader } from "./reading/reader";
import type { Connection } from "./server/connection";
import { changeSetting } from "./settings";
import type { Disposable, TextDocument } from "./vscodeapi";
import { commands, l10n, window } from "./vscodeapi";
import { chooseVoices } from "./voicePicker";

/** What the commands act on. */
export interface Actors {
  reader: Reader;
  /** The server, ready for a document; helps the user to set it up where it is missing. */
  connect: (document?: TextDocument) => Promise<Connection>;
  setUp: () => Promise<void>;
  installNeuralVoices: () => Promise<void>;
  restart: () => Promise<void>;
  enableAudio: () => Promise<void>;
  /** Shows the answer to an act, without popping up. */
  note: (words: string) => void;
  /** Shows words that are spoken, too, for as long as it takes to read them. */
  show: (words: string) => void;
  log: Log;
}

/** Words a minute by which "faster" and "slower" change the rate. */
const RATE_STEP = 20;

/** Registers every command of the manifest. One that fails tells the user why. */
export function registerCommands(actors: Actors): Disposable[] {
  return Object.entries(handlers(actors)).map(([name, handler]) =>
    commands.registerCommand(`codechoir.${name}`, async () => {
      try {
        await handler();
      } catch (error) {
        await tellFailure(error, actors.log);
      }
    }),
  );
}

function handlers(actors: Actors): Record<string, () => unknown> {
  const { reader, connect, log } = actors;
  const read = (unit: Unit) => async (): Promise<void> => {
    const editor = activeEditor();
    const what = readArguments(editor, unit);
    await reader.read(editor.document, what, () => connect(editor.document));
  };
  const tell = async (what: Told, place: "document" | "cursor"): Promise<void> => {
    const editor = activeEditor();
    const about = sayArguments(editor, what, place);
    await reader.tell(editor.document, about, () => connect(editor.document));
  };
  const describe = async (): Promise<void> => {
    const editor = activeEditor();
    const connection = await connect(editor.document);
    const about = sayArguments(editor, "describe", "cursor");
    const { words } = await connection.execute<{ words: string }>(serverCommand.describe, about);
    actors.show(words);
    await reader.tell(editor.document, about, () => Promise.resolve(connection));
  };
  const listen = (choose: () => Promise<void>) => async (): Promise<void> => {
    await choose();
    actors.note(listeningWords() ?? l10n.t("everything is heard"));
  };
  const changeRate = (delta: number) => async (): Promise<void> => {
    const connection = await connect();
    const { wpm } = await connection.execute<{ wpm: number }>(serverCommand.rate, { delta });
    await changeSetting("rate", wpm);
    actors.note(l10n.t("{0} words a minute", Math.round(wpm)));
  };
  return {
    readSelection: read("selection"),
    readLine: read("line"),
    readSymbol: read("symbol"),
    readFile: read("file"),
    readFromCursor: read("from-cursor"),
    outlineFile: () => tell("outline", "document"),
    outlineSymbol: () => tell("outline", "cursor"),
    describeToken: describe,
    spellSelection: () => tell("spell", "cursor"),
    mute: listen(() => chooseCategories("mute")),
    solo: listen(() => chooseCategories("solo")),
    muteComments: listen(() => toggle("comment")),
    chooseWhatIsRead: listen(chooseKind),
    hearEverything: listen(hearEverything),
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
    repeatLine: () => reader.repeat(false),
    repeatLineSlower: () => reader.repeat(true),
    whereAmI: () => reader.where(),
    forgetPhrases: async () => {
      const connection = await connect();
      const { removed } = await connection.execute<{ removed: { entries: number } }>(serverCommand.cache, {
        clear: "both",
      });
      actors.note(l10n.t("{0} phrases forgotten", removed.entries));
    },
    faster: changeRate(RATE_STEP),
    slower: changeRate(-RATE_STEP),
    enableAudio: () => actors.enableAudio(),
    chooseVoices: async () => {
      await chooseVoices(await connect(), async () => {
        // A reading goes on with the new voice by itself.
        if (!isReading(reader.state) && window.activeTextEditor) {
          await read("line")();
        }
      });
    },
    setUp: () => actors.setUp(),
    installNeuralVoices: () => actors.installNeuralVoices(),
    showLog: () => {
      log.show();
    },
    restartServer: async () => {
      await actors.restart();
      actors.note(l10n.t("server restarted"));
    },
  };
}
