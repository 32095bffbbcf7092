// Plays the sound of the page and marks what sounds. The score has a row for each spoken word: the first and
// the last sample, the first segment of the code, and how many segments (none where nothing is to be marked).
"use strict";

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const SCROLL_MARGIN = 0.25;

const byId = (id) => document.getElementById(id);
const score = JSON.parse(byId("score").textContent);
const words = score.words;
const segments = [...document.querySelectorAll(".code span")];
const audio = new Audio();

let sounding = -1;
let line = null;

function soundOfPage() {
  const element = byId("sound");
  const bytes = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
  element.remove();
  return URL.createObjectURL(new Blob([bytes], { type: score.type }));
}

// ---- what sounds -------------------------------------------------------------------------------------------

/** Index of the last word that has begun at sample `at`; -1 before the first. */
function wordAt(at) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle][0] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function segmentsOf(word) {
  const row = words[word];
  return row === undefined ? [] : segments.slice(row[2], row[2] + row[3]);
}

const lineOf = (word) => (words[word] === undefined ? null : (segments[words[word][2]]?.closest("li") ?? null));

function mark() {
  const word = wordAt(audio.currentTime * score.rate);
  byId("position").value = audio.currentTime;
  byId("clock").textContent = `${clock(audio.currentTime)} of ${clock(duration())}`;
  if (word === sounding) return;
  for (const segment of segmentsOf(sounding)) segment.classList.remove("sounding");
  sounding = word;
  for (const segment of segmentsOf(sounding)) segment.classList.add("sounding");
  markLine(lineOf(word));
}

function markLine(next) {
  if (next === line || next === null) return;
  line?.removeAttribute("aria-current");
  line = next;
  line.setAttribute("aria-current", "true");
  if (byId("follow").checked) bringIntoView(line);
}

function bringIntoView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const margin = window.innerHeight * SCROLL_MARGIN;
  if (top >= margin && bottom <= window.innerHeight - margin) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}

function follow() {
  mark();
  if (!audio.paused) requestAnimationFrame(follow);
}

// ---- what the listener does --------------------------------------------------------------------------------

function playOrPause() {
  if (!audio.paused) audio.pause();
  else audio.play().catch((error) => tell(`The sound cannot be played: ${error.message}`));
}

function seek(word) {
  if (words[word] === undefined) return;
  audio.currentTime = words[word][0] / score.rate + 0.001;
  mark();
}

/** Goes to the first word of the line before or after the one that sounds. */
function stepLine(direction) {
  let word = Math.max(sounding, 0);
  const here = lineOf(word);
  while (words[word] !== undefined && (lineOf(word) === here || lineOf(word) === null)) word += direction;
  if (words[word] === undefined) word = direction < 0 ? 0 : sounding;
  const target = lineOf(word);
  while (word > 0 && lineOf(word - 1) === target) word -= 1;
  seek(word);
}

function stepSpeed(direction) {
  const now = STEPS.indexOf(audio.playbackRate);
  setSpeed(STEPS[Math.min(Math.max(now + direction, 0), STEPS.length - 1)]);
}

function setSpeed(speed) {
  audio.playbackRate = speed;
  byId("speed").value = String(speed);
  tell(`Speed ${speed}`);
}

function playFrom(event) {
  const segment = segments.indexOf(event.target.closest("span"));
  const word = words.findIndex((row) => row[2] <= segment && segment < row[2] + row[3]);
  seek(word);
}

// ---- keys --------------------------------------------------------------------------------------------------

const KEYS = {
  " ": playOrPause,
  ArrowUp: () => stepLine(-1),
  ArrowDown: () => stepLine(1),
  "-": () => stepSpeed(-1),
  "+": () => stepSpeed(1),
  "=": () => stepSpeed(1),
  Home: () => seek(0),
};

/** Whether a control has a use of its own for a key. */
function ownsKey(control, key) {
  const pressed = key === " " ? ", button, summary, input" : "";
  return control.closest(`select, input[type="range"]${pressed}`) !== null;
}

function onKey(event) {
  const act = KEYS[event.key];
  const taken = event.ctrlKey || event.altKey || event.metaKey || ownsKey(event.target, event.key);
  if (act === undefined || taken || !byId("keys").checked) return;
  event.preventDefault();
  act();
}

// ---- words for the listener --------------------------------------------------------------------------------

function tell(text) {
  byId("state").textContent = text;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const duration = () => score.samples / score.rate;

function showState() {
  byId("play").textContent = audio.paused ? "Play" : "Pause";
  if (!audio.paused) requestAnimationFrame(follow);
}

function begin() {
  audio.src = soundOfPage();
  audio.preload = "auto";
  byId("position").max = duration();
  byId("speed").value = "1";
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, showState);
  audio.addEventListener("seeked", mark);
  audio.addEventListener("ended", () => tell("The end"));
  byId("play").addEventListener("click", playOrPause);
  byId("back").addEventListener("click", () => stepLine(-1));
  byId("on").addEventListener("click", () => stepLine(1));
  byId("speed").addEventListener("change", (event) => setSpeed(Number(event.target.value)));
  byId("position").addEventListener("input", (event) => {
    audio.currentTime = Number(event.target.value);
    event.target.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(duration())}`);
  });
  document.querySelector(".code").addEventListener("click", playFrom);
  document.addEventListener("keydown", onKey);
  document.querySelector(".controls").hidden = false;
  mark();
}

begin();
