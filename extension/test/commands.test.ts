import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { announceCommands, type CommandContext, registerCommands } from "../src/commands";
import type { ServerConnection } from "../src/server/languageClient";
import { fake, Uri } from "./fakes/vscode";
import { silentLog } from "./support";

const uri = "file:///cart.py";
const position = { line: 1, character: 2 };

let said: unknown[];
let shown: string[];
let deltas: number[];

beforeEach(() => {
  fake.reset();
  said = [];
  shown = [];
  deltas = [];
  const connection: ServerConnection = {
    execute: <T>(command: string, args: object) => {
      if (command !== "codechoir.server.rate") {
        return Promise.resolve({ words: "letter x, variable x" } as T);
      }
      const { delta } = args as { delta: number };
      deltas.push(delta);
      return Promise.resolve({ wpm: (fake.settings["codechoir.rate"] as number) + delta } as T);
    },
    notify: () => undefined,
  };
  registerCommands({
    reader: {
      say: async (_: unknown, args: unknown, connect: () => Promise<unknown>) => {
        said.push(args);
        await connect();
      },
      read: (_: unknown, args: unknown) => Promise.resolve(said.push(args)),
    },
    connect: () => Promise.resolve(connection),
    showText: (text: string) => shown.push(text),
    showResult: (text: string) => shown.push(text),
    log: silentLog,
  } as unknown as CommandContext);
});

async function run(name: string): Promise<void> {
  await fake.registered.get(`codechoir.${name}`)!();
}

function openEditor({ isSelectionEmpty }: { isSelectionEmpty: boolean }): void {
  const selection = {
    isEmpty: isSelectionEmpty,
    active: position,
    start: { line: 0, character: 0 },
    end: position,
  };
  fake.editors = [{ document: { uri: Uri.file("/cart.py") }, selection, selections: [selection] }];
}

test("a command that fails shows the error in one line and does not throw", async () => {
  await run("readSelection");
  assert.deepEqual(fake.messages, ["Codechoir: No text editor is open. Open a file and try again."]);
});

test("the outline of the file, or of the symbol at the cursor, is spoken", async () => {
  openEditor({ isSelectionEmpty: true });
  await run("outlineFile");
  await run("outlineSymbol");
  assert.deepEqual(said, [
    { what: "outline", uri },
    { what: "outline", uri, position },
  ]);
  assert.deepEqual(fake.messages, []);
});

test("the description of the token at the cursor is spoken and shown", async () => {
  openEditor({ isSelectionEmpty: true });
  await run("describeToken");
  assert.deepEqual(said, [{ what: "describe", uri, position }]);
  assert.deepEqual(shown, ["letter x, variable x"]);
  assert.deepEqual(fake.messages, []);
});

test("the selection is spelled, or the word at the cursor if nothing is selected", async () => {
  openEditor({ isSelectionEmpty: false });
  await run("spellSelection");
  openEditor({ isSelectionEmpty: true });
  await run("spellSelection");
  assert.deepEqual(said, [
    { what: "spell", uri, range: { start: { line: 0, character: 0 }, end: position } },
    { what: "spell", uri, position },
  ]);
  assert.deepEqual(fake.messages, []);
});

test("all selections are read and spelled", async () => {
  const cursor = { isEmpty: true, start: position, end: position, active: position };
  const [first, second] = [3, 1].map((line) => ({
    isEmpty: false,
    start: { line, character: 0 },
    end: { line, character: 4 },
    active: { line, character: 4 },
  }));
  fake.editors = [
    { document: { uri: Uri.file("/cart.py") }, selection: first, selections: [first, cursor, second] },
  ];
  await run("readSelection");
  await run("spellSelection");
  const ranges = [first, second].map((selection) => ({ start: selection!.start, end: selection!.end }));
  assert.deepEqual(said, [
    { uri, unit: "selection", ranges },
    { what: "spell", uri, ranges },
  ]);
});

test("every press of the keys for the rate counts, however fast they follow", async () => {
  fake.settings["codechoir.rate"] = 300;
  await Promise.all(["faster", "faster", "slower", "faster", "faster"].map(run));
  assert.equal(fake.settings["codechoir.rate"], 360);
  assert.deepEqual(deltas, [20, 40]);
  assert.equal(shown.at(-1), "360 words per minute");
});

test("announcing the commands to VS Code runs none of them", () => {
  announceCommands([...fake.registered.keys()]);
  assert.deepEqual(
    fake.executed.map(([command]) => command),
    [...fake.registered.keys()],
  );
  for (const [command, argument] of fake.executed) {
    void fake.registered.get(command as string)!(argument);
  }
  assert.deepEqual([fake.messages, said, shown, deltas], [[], [], [], []]);
});
