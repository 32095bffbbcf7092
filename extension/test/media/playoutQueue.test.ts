import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PlayoutQueue, type PlayoutReport } from "../../media/player/playoutQueue";
import { peakOf, sine } from "../support";

const RATE = 48_000;
const SOURCE = 24_000;

let queue: PlayoutQueue;
let reports: PlayoutReport[];
let lastQuantum: Float32Array;

beforeEach(() => {
  queue = new PlayoutQueue(RATE);
  reports = [];
});

function play(session: number, seconds: number, options: { first?: number; last?: boolean } = {}): void {
  const pcm = sine(200, SOURCE, Math.round(seconds * SOURCE));
  queue.play({
    session,
    sampleRate: SOURCE,
    firstSample: options.first ?? 0,
    pcm,
    last: options.last ?? false,
  });
}

/** Renders `seconds` of output. */
function render(seconds: number): Float32Array {
  const out = new Float32Array(128 * Math.ceil((seconds * RATE) / 128));
  for (let at = 0; at < out.length; at += 128) {
    lastQuantum = out.subarray(at, at + 128);
    const report = queue.render(lastQuantum);
    if (report) {
      reports.push(report);
    }
  }
  return out;
}

/** Time of the last non-zero sample, in seconds. */
function timeToSilence(sound: Float32Array): number {
  return (sound.findLastIndex((sample) => sample !== 0) + 1) / RATE;
}

test("without chunks the output is silent and there are no reports", () => {
  assert.equal(peakOf(render(0.2)), 0);
  assert.deepEqual(reports, []);
});

test("chunks are played, with a report about every 50 ms", () => {
  play(1, 1);
  const sound = render(0.5);
  assert.ok(peakOf(sound) > 0.45);
  assert.ok(reports.length >= 9 && reports.length <= 12, `${reports.length} reports in half a second`);
  const newest = reports.at(-1)!;
  assert.equal(newest.session, 1);
  assert.equal(newest.state, "playing");
  assert.ok(Math.abs(newest.played - SOURCE / 2) < SOURCE / 10, `${newest.played} samples were played`);
});

test("the last report of a session counts all its samples", () => {
  play(3, 0.4);
  play(3, 0.1, { first: 0.4 * SOURCE, last: true });
  render(1);
  const end = reports.at(-1)!;
  assert.deepEqual([end.session, end.state, end.played], [3, "silent", SOURCE / 2]);
});

test("a session shorter than one render quantum is reported", () => {
  play(1, 0.001, { last: true });
  render(0.1);
  assert.deepEqual(
    reports.map(({ played, state }) => [played, state]),
    [[24, "silent"]],
  );
});

test("an empty last chunk ends a session that has been played", () => {
  play(1, 0.1);
  render(0.3);
  assert.equal(reports.at(-1)!.state, "underrun");
  queue.play({ session: 1, sampleRate: SOURCE, firstSample: 2400, pcm: new Int16Array(), last: true });
  render(0.1);
  assert.deepEqual([reports.at(-1)!.state, reports.at(-1)!.played], ["silent", 2400]);
});

test("stop is silent within 10 ms, drops the queue and reports immediately", () => {
  play(1, 2);
  render(0.3);
  queue.stop();
  const after = render(0.2);
  assert.ok(timeToSilence(after) <= 0.01, `${timeToSilence(after)} s`);
  assert.equal(reports.at(-1)!.state, "silent");
  assert.ok(reports.at(-1)!.played < SOURCE / 2);
});

test("late chunks of a stopped session are dropped", () => {
  play(1, 0.5);
  render(0.1);
  queue.stop();
  play(1, 0.5, { first: SOURCE / 2 });
  render(0.02);
  play(1, 0.5, { first: SOURCE });
  assert.equal(peakOf(render(0.5).subarray(RATE / 100)), 0);
});

test("a newer session replaces the current one", () => {
  play(1, 5);
  render(0.1);
  play(2, 0.2);
  reports = [];
  render(0.1);
  const end = reports.findIndex(({ session, state }) => session === 1 && state === "silent");
  assert.ok(end >= 0, "the end of the older session is reported");
  assert.deepEqual([...new Set(reports.slice(end + 1).map(({ session }) => session))], [2]);
  play(1, 1);
  assert.equal(peakOf(render(1).subarray(RATE / 2)), 0, "the older session is not played again");
});

test("chunks of a newer session that arrive during the fade-out are played", () => {
  play(1, 5);
  render(0.1);
  queue.stop();
  play(2, 0.1);
  play(2, 0.1, { first: 2400 });
  play(2, 0.1, { first: 4800, last: true });
  render(0.5);
  const end = reports.at(-1)!;
  assert.deepEqual([end.session, end.state, end.played], [2, "silent", 7200]);
});

test("of several new sessions only the newest is played", () => {
  play(1, 1);
  render(0.1);
  play(2, 1);
  play(3, 1);
  render(0.2);
  assert.equal(reports.at(-1)!.session, 3);
});

test("pause is silent; resume continues at the same position", () => {
  play(1, 1, { last: true });
  render(0.3);
  queue.pause();
  const paused = render(0.5);
  assert.ok(timeToSilence(paused) <= 0.01);
  assert.equal(reports.at(-1)!.state, "paused");
  const place = reports.at(-1)!.played;
  queue.resume();
  const rest = render(1);
  assert.ok(Math.abs(timeToSilence(rest) - (1 - place / SOURCE)) < 0.01, "nothing is skipped or repeated");
  assert.equal(reports.at(-1)!.played, SOURCE);
});

test("stop during a pause ends the session and the pause", () => {
  play(1, 1);
  render(0.1);
  queue.pause();
  render(0.1);
  queue.stop();
  assert.equal(peakOf(render(0.3)), 0);
  play(2, 0.2);
  assert.ok(peakOf(render(0.2)) > 0.4, "the next reading is not paused");
});

test("a late chunk causes a gap but is played", () => {
  play(1, 0.1);
  render(0.3);
  assert.equal(peakOf(lastQuantum), 0);
  play(1, 0.1, { first: 2400, last: true });
  assert.ok(peakOf(render(0.1)) > 0.4);
  render(0.1);
  assert.equal(reports.at(-1)!.played, 4800);
});

test("the sample rate may change within a session", () => {
  play(1, 0.1);
  const rest = {
    session: 1,
    sampleRate: 22_050,
    firstSample: 2400,
    pcm: sine(200, 22_050, 2205),
    last: true,
  };
  queue.play(rest);
  const sound = render(0.5);
  assert.ok(Math.abs(timeToSilence(sound) - 0.2) < 0.005, `${timeToSilence(sound)} s of sound`);
  assert.equal(reports.at(-1)!.played, 2400 + 2205);
});

test("fades at start and stop prevent clicks", () => {
  play(1, 1);
  const sound = render(0.2);
  queue.stop();
  const all = [...sound, ...render(0.1)];
  const jumps = all.slice(1).map((sample, i) => Math.abs(sample - all[i]!));
  const steepest = (0.5 * 2 * Math.PI * 200) / RATE;
  assert.ok(Math.max(...jumps) < 2 * steepest, `a jump of ${Math.max(...jumps)}`);
});

test("the balance changes at the given samples", () => {
  const pcm = sine(200, SOURCE, SOURCE);
  const balances: [number, number][] = [
    [0, -80],
    [SOURCE / 2, 40],
  ];
  queue.play({ session: 1, sampleRate: SOURCE, firstSample: 0, pcm, last: true, balances });
  render(0.1);
  assert.equal(queue.balance, -80);
  render(0.5);
  assert.equal(queue.balance, 40);
  render(1);
  assert.equal(queue.balance, 0);
});
