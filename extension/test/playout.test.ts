import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Playout, type Report } from "../media/player/playout";
import { peakOf, sine } from "./sound";

const RATE = 48_000;
const SOURCE = 24_000;

let playout: Playout;
let reports: Report[];
let lastQuantum: Float32Array;

beforeEach(() => {
  playout = new Playout(RATE);
  reports = [];
});

function play(session: number, seconds: number, options: { first?: number; last?: boolean } = {}): void {
  const pcm = sine(200, SOURCE, Math.round(seconds * SOURCE));
  playout.play({
    session,
    sampleRate: SOURCE,
    firstSample: options.first ?? 0,
    pcm,
    last: options.last ?? false,
  });
}

/** Lets `seconds` pass; returns what was let out. */
function render(seconds: number): Float32Array {
  const out = new Float32Array(128 * Math.ceil((seconds * RATE) / 128));
  for (let at = 0; at < out.length; at += 128) {
    lastQuantum = out.subarray(at, at + 128);
    const report = playout.render(lastQuantum);
    if (report) {
      reports.push(report);
    }
  }
  return out;
}

/** How long it takes until nothing is let out any more, in seconds. */
function timeToSilence(sound: Float32Array): number {
  return (sound.findLastIndex((sample) => sample !== 0) + 1) / RATE;
}

test("with nothing to play it lets out silence, and has nothing to report", () => {
  assert.equal(peakOf(render(0.2)), 0);
  assert.deepEqual(reports, []);
});

test("what comes in is let out, and reported about every twentieth of a second", () => {
  play(1, 1);
  const sound = render(0.5);
  assert.ok(peakOf(sound) > 0.45);
  assert.ok(reports.length >= 9 && reports.length <= 12, `${reports.length} reports in half a second`);
  const newest = reports.at(-1)!;
  assert.equal(newest.session, 1);
  assert.equal(newest.state, "sounding");
  assert.ok(Math.abs(newest.played - SOURCE / 2) < SOURCE / 10, `${newest.played} samples were played`);
});

test("at the end of a reading all of its samples are reported as played", () => {
  play(3, 0.4);
  play(3, 0.1, { first: 0.4 * SOURCE, last: true });
  render(1);
  const end = reports.at(-1)!;
  assert.deepEqual([end.session, end.state, end.played], [3, "silent", SOURCE / 2]);
});

test("a reading that is shorter than one quantum is reported, too", () => {
  play(1, 0.001, { last: true });
  render(0.1);
  assert.deepEqual(
    reports.map(({ played, state }) => [played, state]),
    [[24, "silent"]],
  );
});

test("an empty last chunk ends a reading that has already been let out", () => {
  play(1, 0.1);
  render(0.3);
  assert.equal(reports.at(-1)!.state, "starved");
  playout.play({ session: 1, sampleRate: SOURCE, firstSample: 2400, pcm: new Int16Array(), last: true });
  render(0.1);
  assert.deepEqual([reports.at(-1)!.state, reports.at(-1)!.played], ["silent", 2400]);
});

test("stop silences within a hundredth of a second, drops the queue, and says so at once", () => {
  play(1, 2);
  render(0.3);
  playout.stop();
  const after = render(0.2);
  assert.ok(timeToSilence(after) <= 0.01, `${timeToSilence(after)} s`);
  assert.equal(reports.at(-1)!.state, "silent");
  assert.ok(reports.at(-1)!.played < SOURCE / 2);
});

test("what comes late for a reading that was stopped is not heard", () => {
  play(1, 0.5);
  render(0.1);
  playout.stop();
  play(1, 0.5, { first: SOURCE / 2 });
  render(0.02);
  play(1, 0.5, { first: SOURCE });
  assert.equal(peakOf(render(0.5).subarray(RATE / 100)), 0);
});

test("a newer session replaces the one that sounds", () => {
  play(1, 5);
  render(0.1);
  play(2, 0.2);
  reports = [];
  render(0.1);
  const end = reports.findIndex(({ session, state }) => session === 1 && state === "silent");
  assert.ok(end >= 0, "the end of the older one is reported");
  assert.deepEqual([...new Set(reports.slice(end + 1).map(({ session }) => session))], [2]);
  play(1, 1);
  assert.equal(peakOf(render(1).subarray(RATE / 2)), 0, "the older one is not heard again");
});

test("all that comes of a newer session while the older one still fades is heard", () => {
  play(1, 5);
  render(0.1);
  playout.stop();
  play(2, 0.1);
  play(2, 0.1, { first: 2400 });
  play(2, 0.1, { first: 4800, last: true });
  render(0.5);
  const end = reports.at(-1)!;
  assert.deepEqual([end.session, end.state, end.played], [2, "silent", 7200]);
});

test("of several replacements at once only the newest goes on", () => {
  play(1, 1);
  render(0.1);
  play(2, 1);
  play(3, 1);
  render(0.2);
  assert.equal(reports.at(-1)!.session, 3);
});

test("pause is silent and keeps the place; resume goes on from there", () => {
  play(1, 1, { last: true });
  render(0.3);
  playout.pause();
  const paused = render(0.5);
  assert.ok(timeToSilence(paused) <= 0.01);
  assert.equal(reports.at(-1)!.state, "paused");
  const place = reports.at(-1)!.played;
  playout.resume();
  const rest = render(1);
  assert.ok(Math.abs(timeToSilence(rest) - (1 - place / SOURCE)) < 0.01, "nothing is skipped or said twice");
  assert.equal(reports.at(-1)!.played, SOURCE);
});

test("a reading that is stopped while it is paused leaves nothing behind", () => {
  play(1, 1);
  render(0.1);
  playout.pause();
  render(0.1);
  playout.stop();
  assert.equal(peakOf(render(0.3)), 0);
  play(2, 0.2);
  assert.ok(peakOf(render(0.2)) > 0.4, "the next reading is not paused");
});

test("sound that comes too late leaves a gap, not a loss", () => {
  play(1, 0.1);
  render(0.3);
  assert.equal(peakOf(lastQuantum), 0);
  play(1, 0.1, { first: 2400, last: true });
  assert.ok(peakOf(render(0.1)) > 0.4);
  render(0.1);
  assert.equal(reports.at(-1)!.played, 4800);
});

test("an engine with another rate may take over in the middle of a reading", () => {
  play(1, 0.1);
  const rest = {
    session: 1,
    sampleRate: 22_050,
    firstSample: 2400,
    pcm: sine(200, 22_050, 2205),
    last: true,
  };
  playout.play(rest);
  const sound = render(0.5);
  assert.ok(Math.abs(timeToSilence(sound) - 0.2) < 0.005, `${timeToSilence(sound)} s of sound`);
  assert.equal(reports.at(-1)!.played, 2400 + 2205);
});

test("sound begins and ends without a jump that would be heard as a click", () => {
  play(1, 1);
  const sound = render(0.2);
  playout.stop();
  const all = [...sound, ...render(0.1)];
  const jumps = all.slice(1).map((sample, i) => Math.abs(sample - all[i]!));
  const steepest = (0.5 * 2 * Math.PI * 200) / RATE;
  assert.ok(Math.max(...jumps) < 2 * steepest, `a jump of ${Math.max(...jumps)}`);
});

test("a voice stands where its words are, until the next one comes", () => {
  const pcm = sine(200, SOURCE, SOURCE);
  const balances: [number, number][] = [
    [0, -80],
    [SOURCE / 2, 40],
  ];
  playout.play({ session: 1, sampleRate: SOURCE, firstSample: 0, pcm, last: true, balances });
  render(0.1);
  assert.equal(playout.balance, -80);
  render(0.5);
  assert.equal(playout.balance, 40);
  render(1);
  assert.equal(playout.balance, 0);
});
