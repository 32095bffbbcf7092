import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Highlighter } from "../src/editor/highlighter";
import type { Chunk } from "../src/player/messages";
import type { AudioMessage, AudioMode, WireMark, WireState } from "../src/protocol";
import type { Player } from "../src/player/player";
import { Reader } from "../src/reading/reader";
import type { Connection } from "../src/server/connection";
import type { TextDocument } from "../src/vscodeapi";

const document = {} as TextDocument;
const what = { uri: "file:///cart.py", unit: "file" } as const;

/** Everything that happens to player, server and editor, in order. */
let events: string[];
let session: number;
let chunks: Chunk[];
let reader: Reader;
let answer: (command: string) => Promise<unknown>;

const connection: Connection = {
  execute: <T>(command: string) => {
    events.push(command.replace("codechoir.server.", "server "));
    return answer(command) as Promise<T>;
  },
  notify: (method, parameters) => {
    events.push(`${method} ${JSON.stringify(parameters)}`);
  },
};

function makePlayer(mode: AudioMode): Player {
  return {
    mode,
    prepare: () => Promise.resolve(),
    play: (chunk) => {
      chunks.push(chunk);
    },
    stop: () => events.push("player stop"),
    pause: () => events.push("player pause"),
    resume: () => events.push("player resume"),
  };
}

const highlighter = {
  begin: () => events.push("highlight begin"),
  show: ({ start }: { start: { line: number } }) => events.push(`highlight ${start.line}`),
  hide: () => undefined,
  end: () => undefined,
} as unknown as Highlighter;

function setUp(mode: AudioMode): void {
  events = [];
  chunks = [];
  session = 0;
  answer = (command) => Promise.resolve({ session: command.endsWith("read") ? ++session : session });
  const player = makePlayer(mode);
  reader = new Reader(() => player, highlighter);
}

function read(): Promise<void> {
  return reader.read(document, what, () => Promise.resolve(connection));
}

function mark(sample: number, line: number): WireMark {
  const range = { start: { line, character: 0 }, end: { line, character: 3 } };
  return { range, sample, length: 100, category: "keyword", text: "if" };
}

function audio(session: number, marks: WireMark[] = []): AudioMessage {
  return { session, seq: 0, sampleRate: 22050, pcm: "AQACAA==", firstSample: 0, marks, last: false };
}

function state(session: number, state: WireState, message?: string): void {
  reader.onState({ session, state, ...(message === undefined ? {} : { message }) });
}

describe("where the window plays", () => {
  beforeEach(() => {
    setUp("client");
  });

  test("nobody is told 'speaking' before the player has acknowledged sound", async () => {
    await read();
    state(1, "speaking");
    reader.onAudio(audio(1));
    assert.equal(reader.state.phase, "waiting");
    reader.onPlayed({ session: 1, samples: 0 });
    assert.equal(reader.state.phase, "waiting");
    reader.onPlayed({ session: 1, samples: 10 });
    assert.equal(reader.state.phase, "speaking");
  });

  test("sound reaches the player decoded, and what was heard is acknowledged to the server", async () => {
    await read();
    reader.onAudio(audio(1));
    assert.deepEqual([...new Int16Array(chunks[0]!.pcm)], [1, 2]);
    reader.onPlayed({ session: 1, samples: 2 });
    assert.equal(events.at(-1), 'codechoir/ack {"session":1,"playedSamples":2}');
  });

  test("a word is marked when it is heard, not when it arrives", async () => {
    await read();
    reader.onAudio(audio(1, [mark(0, 7), mark(500, 8)]));
    assert.ok(!events.some((event) => /highlight \d/.test(event)));
    reader.onPlayed({ session: 1, samples: 400 });
    assert.equal(events.at(-1), "highlight 7");
    reader.onPlayed({ session: 1, samples: 501 });
    assert.equal(events.at(-1), "highlight 8");
  });

  test("stop silences the player first, then tells the server, and lets nothing more through", async () => {
    await read();
    reader.onAudio(audio(1));
    events = [];
    await reader.stop();
    assert.deepEqual(events, ["player stop", "server stop"]);
    reader.onAudio(audio(1));
    state(1, "speaking");
    assert.equal(chunks.length, 1);
    assert.equal(reader.state.phase, "silent");
  });

  test("stop works while the server is still starting: the reading never begins", async () => {
    let started!: (connection: Connection) => void;
    const reading = reader.read(document, what, () => new Promise((resolve) => (started = resolve)));
    await reader.stop();
    started(connection);
    await reading;
    assert.ok(!events.includes("server read"));
    assert.equal(reader.state.phase, "silent");
  });

  test("a second reading silences the first at once; what still comes of it is dropped", async () => {
    await read();
    reader.onAudio(audio(1));
    const second = read();
    assert.equal(events.at(-1), "player stop");
    reader.onAudio(audio(1));
    reader.onAudio(audio(2));
    await second;
    assert.deepEqual(
      chunks.map(({ session }) => session),
      [1, 2],
    );
  });

  test("after a change of the settings the reading goes on, in the server's next session", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayed({ session: 1, samples: 5 });
    state(1, "stopped");
    reader.onAudio(audio(2, [mark(0, 3)]));
    state(2, "speaking");
    assert.equal(reader.state.phase, "waiting", "the new session has not been heard yet");
    reader.onPlayed({ session: 2, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
    assert.equal(events.at(-1), "highlight 3");
  });

  test("pause acts on the player first, resume on the server: it may go on in a newer session", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayed({ session: 1, samples: 5 });
    events = [];
    await reader.pauseOrResume();
    assert.deepEqual(events, ["player pause", "server pause"]);
    assert.equal(reader.state.phase, "paused");
    events = [];
    await reader.pauseOrResume();
    assert.deepEqual(events, ["server resume", "player resume"]);
    assert.equal(reader.state.phase, "speaking");
  });

  test("after a long pause the last words come in a newer session, and nothing of the old one before", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayed({ session: 1, samples: 5 });
    await reader.pauseOrResume();
    answer = () => {
      state(1, "stopped");
      reader.onAudio(audio(2, [mark(0, 4)]));
      state(2, "speaking");
      return Promise.resolve({ session: 2, state: "speaking" });
    };
    events = [];
    await reader.pauseOrResume();
    assert.ok(!events.includes("player resume"));
    reader.onPlayed({ session: 2, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
    assert.equal(events.at(-1), "highlight 4");
  });

  test("in a pause the place is told, and the reading stays paused", async () => {
    await read();
    state(1, "speaking");
    await reader.pauseOrResume();
    await reader.where();
    state(1, "stopped");
    reader.onAudio(audio(2));
    state(2, "speaking");
    reader.onPlayed({ session: 2, samples: 5 });
    state(2, "finished");
    assert.equal(reader.state.phase, "paused");
    events = [];
    await reader.pauseOrResume();
    assert.equal(events[0], "server resume");
  });

  test("after the end a line is repeated as a reading of its own", async () => {
    await read();
    await reader.stop();
    answer = () => Promise.resolve({ session: 2, state: "speaking" });
    await reader.repeat(true);
    reader.onAudio(audio(2));
    assert.equal(chunks.at(-1)!.session, 2);
    assert.ok(events.includes("server repeat"));
  });

  test("before anything was read there is nothing to repeat", async () => {
    await assert.rejects(reader.repeat(false), /Nothing has been read yet/);
  });

  test("the player follows when the server was paused from elsewhere", async () => {
    await read();
    state(1, "speaking");
    state(1, "paused");
    assert.equal(events.at(-1), "player pause");
    state(1, "speaking");
    assert.equal(events.at(-1), "player resume");
  });

  test("a player that dies ends the reading on the server too, and the next reading works", async () => {
    await read();
    state(1, "speaking");
    await reader.playerLost("the player was closed");
    assert.equal(events.at(-1), "server stop");
    assert.deepEqual(reader.state, { phase: "failed", message: "the player was closed" });
    await read();
    reader.onAudio(audio(2));
    assert.equal(chunks.at(-1)!.session, 2);
  });

  test("a player that is closed while nothing is read is no failure", async () => {
    await reader.playerLost("the player was closed");
    assert.equal(reader.state.phase, "silent");
  });

  test("a window that holds back sound is told as such until sound is heard", async () => {
    const reading = read();
    reader.playerBlocked();
    await reading;
    state(1, "speaking");
    assert.equal(reader.state.phase, "blocked");
    reader.onPlayed({ session: 1, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
  });

  test("when the server dies the player falls silent and the user is told", async () => {
    await read();
    reader.serverLost();
    assert.equal(events.at(-1), "player stop");
    assert.equal(reader.state.phase, "failed");
  });

  test("a new server counts from one again, and is heard all the same", async () => {
    await read();
    await read();
    reader.onAudio(audio(2));
    reader.serverLost();
    session = 0;
    await read();
    reader.onAudio(audio(1));
    assert.deepEqual(
      chunks.map(({ session }) => session),
      [2, 3],
      "for the player, sessions only grow",
    );
    reader.onPlayed({ session: 2, samples: 9 });
    assert.equal(
      reader.state.phase,
      "waiting",
      "what the old server's reading still reports counts for nothing",
    );
    reader.onPlayed({ session: 3, samples: 9 });
    assert.equal(events.at(-1), 'codechoir/ack {"session":1,"playedSamples":9}');
  });

  test("what the server refuses is told, and leaves no reading behind", async () => {
    answer = () => Promise.reject(new Error("the selection is empty"));
    await assert.rejects(read(), /the selection is empty/);
    assert.equal(reader.state.phase, "silent");
  });

  test("an error in the middle of a reading is told with the server's words", async () => {
    await read();
    state(1, "error", "the engine has stopped");
    assert.deepEqual(reader.state, { phase: "failed", message: "the engine has stopped" });
  });
});

describe("where the server plays", () => {
  beforeEach(() => {
    setUp("server");
  });

  test("the server's word is good: it speaks when it says so", async () => {
    await read();
    state(1, "speaking");
    assert.equal(reader.state.phase, "speaking");
  });

  test("words are marked as the server tells them, and nothing is given to a player", async () => {
    await read();
    reader.onAudio({ ...audio(1, [mark(900, 4)]), pcm: "" });
    assert.equal(events.at(-1), "highlight 4");
    assert.deepEqual(chunks, []);
  });
});
