import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Player } from "../../src/player/audioPlayer";
import type { AudioChunk } from "../../src/player/playerProtocol";
import { ReadingController } from "../../src/reading/readingController";
import type { WordHighlighter } from "../../src/reading/wordHighlighter";
import type { ServerConnection } from "../../src/server/languageClient";
import type { AudioMark, AudioMessage, AudioMode, SessionState } from "../../src/serverProtocol";
import type { TextDocument } from "../../src/vscodeapi";

const document = {} as TextDocument;
const what = { uri: "file:///cart.py", unit: "file" } as const;

/** Calls of the player, the server and the highlighter, in order. */
let events: string[];
let session: number;
let chunks: AudioChunk[];
let reader: ReadingController;
let answer: (command: string) => Promise<unknown>;

const connection: ServerConnection = {
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
  show: ({ start }: { start: { line: number } }, version?: number) =>
    events.push(`highlight ${start.line}${version === undefined ? "" : ` of version ${version}`}`),
  hide: () => undefined,
  end: () => undefined,
} as unknown as WordHighlighter;

function setUp(mode: AudioMode): void {
  events = [];
  chunks = [];
  session = 0;
  answer = (command) => Promise.resolve({ session: command.endsWith("read") ? ++session : session });
  const player = makePlayer(mode);
  reader = new ReadingController(() => player, highlighter);
}

function read(): Promise<void> {
  return reader.read(document, what, () => Promise.resolve(connection));
}

/** Lets everything go on that waits for nothing else. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function mark(sample: number, line: number): AudioMark {
  const range = { start: { line, character: 0 }, end: { line, character: 3 } };
  return { range, sample, length: 100, category: "keyword", text: "if" };
}

function audio(session: number, marks: AudioMark[] = []): AudioMessage {
  return { session, seq: 0, sampleRate: 22050, pcm: "AQACAA==", firstSample: 0, marks, last: false };
}

function state(session: number, state: SessionState, message?: string): void {
  reader.onState({ session, state, ...(message === undefined ? {} : { message }) });
}

describe("when the window plays the audio", () => {
  beforeEach(() => {
    setUp("client");
  });

  test("the state is 'speaking' only after the player has played audio", async () => {
    await read();
    state(1, "speaking");
    reader.onAudio(audio(1));
    assert.equal(reader.state.phase, "waiting");
    reader.onPlayback({ session: 1, samples: 0 });
    assert.equal(reader.state.phase, "waiting");
    reader.onPlayback({ session: 1, samples: 10 });
    assert.equal(reader.state.phase, "speaking");
  });

  test("audio is decoded for the player, and playback is acknowledged to the server", async () => {
    await read();
    reader.onAudio(audio(1));
    assert.deepEqual([...new Int16Array(chunks[0]!.pcm)], [1, 2]);
    reader.onPlayback({ session: 1, samples: 2 });
    assert.equal(events.at(-1), 'codechoir/ack {"session":1,"playedSamples":2}');
  });

  test("a word is highlighted when it is played, not when it is received", async () => {
    await read();
    reader.onAudio(audio(1, [mark(0, 7), mark(500, 8)]));
    assert.ok(!events.some((event) => /highlight \d/.test(event)));
    reader.onPlayback({ session: 1, samples: 400 });
    assert.equal(events.at(-1), "highlight 7");
    reader.onPlayback({ session: 1, samples: 501 });
    assert.equal(events.at(-1), "highlight 8");
  });

  test("a mark keeps the version of the document that its range refers to until it is played", async () => {
    await read();
    reader.onAudio({ ...audio(1, [mark(0, 7)]), version: 3 });
    reader.onAudio({ ...audio(1, [mark(500, 8)]), version: 4 });
    reader.onPlayback({ session: 1, samples: 400 });
    assert.equal(events.at(-1), "highlight 7 of version 3");
    reader.onPlayback({ session: 1, samples: 501 });
    assert.equal(events.at(-1), "highlight 8 of version 4");
  });

  test("stop acts on the player first, then on the server, and drops later messages", async () => {
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

  test("stop while the server is starting cancels the reading", async () => {
    let started!: (connection: ServerConnection) => void;
    const reading = reader.read(document, what, () => new Promise((resolve) => (started = resolve)));
    await reader.stop();
    started(connection);
    await reading;
    assert.ok(!events.includes("server read"));
    assert.equal(reader.state.phase, "silent");
  });

  test("stop while the request for the reading is on its way follows it to the server", async () => {
    let answerRead!: (result: unknown) => void;
    answer = (command) =>
      command.endsWith("read") ? new Promise((resolve) => (answerRead = resolve)) : Promise.resolve({});
    const reading = read();
    await settle();
    await reader.stop();
    answerRead({ session: 1 });
    await reading;
    state(1, "speaking");
    reader.onAudio(audio(1));
    assert.deepEqual(events.slice(-3), ["server read", "player stop", "server stop"]);
    assert.deepEqual(chunks, []);
    assert.equal(reader.state.phase, "silent");
  });

  for (const [name, press, command] of [
    ["pause", () => reader.pauseOrResume(), "server pause"],
    ["skip", () => reader.skip("line", 1), "server skip"],
    ["repeat", () => reader.repeatLine({ slower: false }), "server repeat"],
    ["where am I", () => reader.announcePosition(), "server where"],
  ] as const) {
    test(`${name} while the server is starting follows the request for the reading`, async () => {
      let started!: (connection: ServerConnection) => void;
      const reading = reader.read(document, what, () => new Promise((resolve) => (started = resolve)));
      const pressed = press();
      await settle();
      assert.ok(!events.includes(command));
      started(connection);
      await Promise.all([reading, pressed]);
      assert.deepEqual(
        events.filter((event) => event.startsWith("server")),
        ["server read", command],
      );
    });
  }

  test("no command follows a reading that was stopped while the server is starting", async () => {
    let started!: (connection: ServerConnection) => void;
    const reading = reader.read(document, what, () => new Promise((resolve) => (started = resolve)));
    const pressed = [reader.pauseOrResume(), reader.skip("line", 1), reader.stop()];
    started(connection);
    await Promise.all([reading, ...pressed]);
    assert.ok(!events.some((event) => event.startsWith("server")), events.join(", "));
    assert.equal(reader.state.phase, "silent");
  });

  test("a pause lasts although the server reports 'speaking' before it knows of the pause", async () => {
    await read();
    let confirm!: (result: unknown) => void;
    answer = () => new Promise((resolve) => (confirm = resolve));
    const paused = reader.pauseOrResume();
    await settle();
    state(1, "speaking");
    assert.equal(reader.state.phase, "paused");
    assert.ok(!events.includes("player resume"));
    confirm({});
    await paused;
    state(1, "paused");
    assert.equal(reader.state.phase, "paused");
  });

  test("skipping does nothing while nothing is read", async () => {
    await read();
    await reader.stop();
    events = [];
    await reader.skip("line", 1);
    assert.deepEqual(events, []);
  });

  test("a second reading stops the first one immediately and drops its late audio", async () => {
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

  test("after a change of settings the reading continues in a newer session", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayback({ session: 1, samples: 5 });
    state(1, "stopped");
    reader.onAudio(audio(2, [mark(0, 3)]));
    state(2, "speaking");
    assert.equal(reader.state.phase, "waiting", "the new session has not been played yet");
    reader.onPlayback({ session: 2, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
    assert.equal(events.at(-1), "highlight 3");
  });

  test("pause acts on the player first, resume on the server first", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayback({ session: 1, samples: 5 });
    events = [];
    await reader.pauseOrResume();
    assert.deepEqual(events, ["player pause", "server pause"]);
    assert.equal(reader.state.phase, "paused");
    events = [];
    await reader.pauseOrResume();
    assert.deepEqual(events, ["server resume", "player resume"]);
    assert.equal(reader.state.phase, "speaking");
  });

  test("when the server resumes in a newer session, the old session is not resumed", async () => {
    await read();
    state(1, "speaking");
    reader.onPlayback({ session: 1, samples: 5 });
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
    reader.onPlayback({ session: 2, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
    assert.equal(events.at(-1), "highlight 4");
  });

  test("a paused reading stays paused after announcing the position", async () => {
    await read();
    state(1, "speaking");
    await reader.pauseOrResume();
    await reader.announcePosition();
    state(1, "stopped");
    reader.onAudio(audio(2));
    state(2, "speaking");
    reader.onPlayback({ session: 2, samples: 5 });
    state(2, "finished");
    assert.equal(reader.state.phase, "paused");
    events = [];
    await reader.pauseOrResume();
    assert.equal(events[0], "server resume");
  });

  test("after the end of a reading, repeating a line starts a new session", async () => {
    await read();
    await reader.stop();
    answer = () => Promise.resolve({ session: 2, state: "speaking" });
    await reader.repeatLine({ slower: true });
    reader.onAudio(audio(2));
    assert.equal(chunks.at(-1)!.session, 2);
    assert.ok(events.includes("server repeat"));
  });

  test("repeating a line fails before the first reading", async () => {
    await assert.rejects(reader.repeatLine({ slower: false }), /Nothing has been read yet/);
  });

  test("the player follows when another client pauses or resumes the server", async () => {
    await read();
    state(1, "speaking");
    state(1, "paused");
    assert.equal(events.at(-1), "player pause");
    state(1, "speaking");
    assert.equal(events.at(-1), "player resume");
  });

  test("losing the player stops the reading on the server; the next reading works", async () => {
    await read();
    state(1, "speaking");
    await reader.onPlayerLost("the player was closed");
    assert.equal(events.at(-1), "server stop");
    assert.deepEqual(reader.state, { phase: "failed", message: "the player was closed" });
    await read();
    reader.onAudio(audio(2));
    assert.equal(chunks.at(-1)!.session, 2);
  });

  test("losing the player while nothing is read is not an error", async () => {
    await reader.onPlayerLost("the player was closed");
    assert.equal(reader.state.phase, "silent");
  });

  test("the state is 'blocked' until audio has been played", async () => {
    const reading = read();
    reader.onPlayerBlocked();
    await reading;
    state(1, "speaking");
    assert.equal(reader.state.phase, "blocked");
    reader.onPlayback({ session: 1, samples: 5 });
    assert.equal(reader.state.phase, "speaking");
  });

  test("losing the server stops the player and fails the reading", async () => {
    await read();
    reader.onServerLost();
    assert.equal(events.at(-1), "player stop");
    assert.equal(reader.state.phase, "failed");
  });

  test("sessions of a restarted server are played although its numbers start at 1", async () => {
    await read();
    await read();
    reader.onAudio(audio(2));
    reader.onServerLost();
    session = 0;
    await read();
    reader.onAudio(audio(1));
    assert.deepEqual(
      chunks.map(({ session }) => session),
      [2, 3],
      "the player's session numbers only grow",
    );
    reader.onPlayback({ session: 2, samples: 9 });
    assert.equal(reader.state.phase, "waiting", "a late report about the old server's session is ignored");
    reader.onPlayback({ session: 3, samples: 9 });
    assert.equal(events.at(-1), 'codechoir/ack {"session":1,"playedSamples":9}');
  });

  test("an error of the server rejects the request and ends the reading", async () => {
    answer = () => Promise.reject(new Error("the selection is empty"));
    await assert.rejects(read(), /the selection is empty/);
    assert.equal(reader.state.phase, "silent");
  });

  test("an error during a reading shows the server's message", async () => {
    await read();
    state(1, "error", "the engine has stopped");
    assert.deepEqual(reader.state, { phase: "failed", message: "the engine has stopped" });
  });
});

describe("when the server plays the audio", () => {
  beforeEach(() => {
    setUp("server");
  });

  test("the state is 'speaking' when the server says so", async () => {
    await read();
    state(1, "speaking");
    assert.equal(reader.state.phase, "speaking");
  });

  test("words are highlighted when their marks arrive, and the player gets no audio", async () => {
    await read();
    reader.onAudio({ ...audio(1, [mark(900, 4)]), pcm: "" });
    assert.equal(events.at(-1), "highlight 4");
    assert.deepEqual(chunks, []);
  });
});
