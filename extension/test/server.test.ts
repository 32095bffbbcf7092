import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Log } from "../src/log";
import type { RunningServer, StartOptions } from "../src/server/languageClient";
import { NoServer } from "../src/server/discovery";
import { RestartBudget } from "../src/server/restartBudget";
import { Server } from "../src/server/server";
import { followed } from "../src/settings";
import { fake } from "./fakes/vscode";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

let starts: StartOptions[];
let told: unknown[];
let closed: number;
let lost: number;
let problem: Error | undefined;
let server: Server;

beforeEach(() => {
  fake.reset();
  starts = [];
  told = [];
  closed = 0;
  lost = 0;
  problem = undefined;
  server = makeServer();
});

function makeServer(budget = new RestartBudget()): Server {
  const options = {
    find: () => (problem ? Promise.reject(problem) : Promise.resolve({ program: "python3", args: [] })),
    start,
    cwd: "/",
    variables: () => Promise.resolve({ CODECHOIR_XTTS_PYTHON: "/neural" }),
    log,
    onAudio: () => undefined,
    onState: () => undefined,
    onLost: () => lost++,
  };
  return new Server(options, budget);
}

async function start(options: StartOptions): Promise<RunningServer> {
  starts.push(options);
  await Promise.resolve();
  return {
    execute: () => Promise.reject(new Error("not asked in these tests")),
    notify: (_method, parameters) => told.push(parameters),
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
}

/** The newest process dies; resolves when whatever follows from it has happened. */
async function die(): Promise<void> {
  starts.at(-1)!.events.onDeath();
  await settled();
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("it starts once, however many ask for it at the same time", async () => {
  const [one, other] = await Promise.all([server.connect(), server.connect()]);
  assert.equal(one, other);
  assert.equal(starts.length, 1);
  assert.equal(server.state, "ready");
});

test("it is told where the window plays", async () => {
  fake.remoteName = "ssh-remote";
  await server.connect();
  assert.equal(starts[0]!.audio, "client");
});

test("a server that dies is started again, and the reading is given up", async () => {
  await server.connect();
  await die();
  assert.equal(lost, 1);
  assert.equal(starts.length, 2);
  assert.equal(server.state, "ready");
});

test("one that dies again and again is left alone, until the user asks for it", async () => {
  server = makeServer(new RestartBudget(4, 180_000, () => 0));
  await server.connect();
  for (let i = 0; i < 7; i++) {
    await die();
  }
  assert.equal(starts.length, 5);
  assert.equal(server.state, "gone");
  await server.connect();
  assert.equal(starts.length, 6);
  assert.equal(server.state, "ready");
});

test("deaths that are long ago are forgiven", () => {
  let now = 0;
  const budget = new RestartBudget(2, 1000, () => now);
  assert.deepEqual([budget.spend(), budget.spend(), budget.spend()], [true, true, false]);
  now = 1500;
  assert.equal(budget.spend(), true);
});

test("restarts happen one at a time, and at most one waits", async () => {
  await server.connect();
  await Promise.all([server.restart(), server.restart(), server.restart()]);
  assert.deepEqual([starts.length, closed], [2, 1]);
  const first = server.restart();
  await settled();
  await Promise.all([first, server.restart(), server.restart()]);
  assert.deepEqual([starts.length, closed], [starts.length, starts.length - 1]);
  assert.ok(starts.length <= 4, `${starts.length} starts`);
  assert.equal(server.state, "ready");
});

test("a restart that fails does not stand in the way of the next one", async () => {
  problem = new NoServer("python3: No module named codechoir");
  await assert.rejects(server.restart(), NoServer);
  problem = undefined;
  await server.restart();
  assert.equal(server.state, "ready");
});

test("where no interpreter has it, that is the state, and the next try works", async () => {
  problem = new NoServer("python3: No module named codechoir");
  await assert.rejects(server.connect(), NoServer);
  assert.equal(server.state, "missing");
  problem = undefined;
  await server.connect();
  assert.equal(server.state, "ready");
});

test("a change of the settings is told at once, and only if it is one", async () => {
  await server.connect();
  server.configure();
  assert.deepEqual(told, []);
  fake.settings["codechoir.rate"] = 250;
  fake.settings["codechoir.voices.keyword"] = { pitch: 80 };
  server.configure();
  server.configure();
  assert.equal(told.length, 1);
  assert.deepEqual(told[0], {
    settings: { codechoir: { ...followed, rate: 250, voices: { keyword: { pitch: 80 } } } },
  });
});
