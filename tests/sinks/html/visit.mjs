// Visits a page that `codechoir read -o` has written, in Chromium, does what a listener does, and prints what
// was found as JSON. The judging is done in test_page.py.
import { chromium } from "playwright-core";

const [browserPath, pageAddress] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--mute-audio", "--disable-background-networking"],
});

async function open(options = {}) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 500 }, ...options });
  page.requests = [];
  page.complaints = [];
  page.on("request", (request) => page.requests.push(request.url().slice(0, 40)));
  page.on("console", (message) => page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(error.message));
  await page.goto(pageAddress);
  return page;
}

const marked = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".sounding")].map((s) => s.textContent).join(""));
const line = (page) =>
  page.evaluate(() => {
    const lines = [...document.querySelectorAll(".code li")];
    return lines.findIndex((element) => element.hasAttribute("aria-current")) + 1;
  });

/** What assistive technology finds. */
async function structure() {
  const page = await open();
  const tree = await page.locator("body").ariaSnapshot();
  const lines = await page.locator(".code li").allTextContents();
  return { tree, lines, requests: page.requests, complaints: page.complaints };
}

/** The word that is marked in the middle of each spoken word. */
async function words() {
  const page = await open();
  return page.evaluate(async () => {
    const found = [];
    for (const [t0, t1] of score.words) {
      audio.currentTime = (t0 + t1) / 2 / score.rate;
      await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
      found.push([...document.querySelectorAll(".sounding")].map((s) => s.textContent).join(""));
    }
    return found;
  });
}

/** Times and marked words while the page plays for a second and a half, started by the space bar. */
async function playing() {
  const page = await open();
  await page.keyboard.press("Space");
  const samples = await page.evaluate(async () => {
    const seen = [];
    const begin = performance.now();
    while (performance.now() - begin < 10_000 && audio.currentTime < 1.5) {
      await new Promise(requestAnimationFrame);
      seen.push([audio.currentTime, sounding]);
    }
    return { seen, words: score.words, rate: score.rate };
  });
  await page.keyboard.press("Space");
  const paused = await page.evaluate(() => audio.paused);
  return { ...samples, paused, button: await page.locator("#play").textContent() };
}

/** Where keys, buttons and a click lead. */
async function acts() {
  // Without motion: a control that a smooth scroll carries along can be missed by the pointer.
  const page = await open({ reducedMotion: "reduce" });
  const log = [];
  const note = async (act) => {
    await page.waitForFunction(() => !audio.seeking);
    const speed = await page.evaluate(() => audio.playbackRate);
    log.push([act, await line(page), await marked(page), speed]);
  };
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "+", "+", "-", "Home"]) {
    await page.keyboard.press(key);
    await note(key);
  }
  for (const name of ["Line forward", "Line back"]) {
    await page.getByRole("button", { name }).click();
    await note(name);
  }
  await page.keyboard.press("ArrowDown");
  await note("ArrowDown on a button");
  await page.getByRole("combobox", { name: "Speed" }).selectOption("2");
  await note("Speed 2");
  await page.locator(".code span", { hasText: "Item" }).first().click();
  await note("click on Item");
  await page.getByRole("checkbox", { name: "Keyboard shortcuts" }).press("Space");
  await page.locator("h1").click();
  await page.keyboard.press("ArrowDown");
  await note("ArrowDown without shortcuts");
  return { log, status: await page.getByRole("status").textContent() };
}

/** The lowest contrast of all texts, in light and dark, of words at rest and sounding. */
async function contrast(colorScheme) {
  const page = await open({ colorScheme });
  return page.evaluate(() => {
    document.querySelector("details").open = true;
    document.querySelector(".code li").setAttribute("aria-current", "true");
    const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = rgb(colour).map((value) => channel(value / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgroundOf = (element) => {
      const colour = getComputedStyle(element).backgroundColor;
      return rgb(colour)[3] === 0 ? backgroundOf(element.parentElement) : colour;
    };
    const ratio = (element) => {
      const [light, dark] = [getComputedStyle(element).color, backgroundOf(element)]
        .map(luminance)
        .sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const texts = [...document.querySelectorAll("body *:not(script, style, option)")].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()),
    );
    const atRest = Math.min(...texts.map(ratio));
    for (const segment of document.querySelectorAll(".code span")) segment.classList.add("sounding");
    const whileSounding = Math.min(...[...document.querySelectorAll(".sounding")].map(ratio));
    return { texts: texts.length, atRest, whileSounding, paper: getComputedStyle(document.body).backgroundColor };
  });
}

/** How the page scrolls along, with and without a wish for less motion. */
async function scrolling(reducedMotion) {
  const page = await open({ reducedMotion, viewport: { width: 600, height: 300 } });
  return page.evaluate(async () => {
    const asked = [];
    Element.prototype.scrollIntoView = (options) => asked.push(options.behavior);
    audio.currentTime = score.words.at(-1)[0] / score.rate + 0.01;
    await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
    document.getElementById("follow").checked = false;
    audio.currentTime = 0;
    await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
    return asked;
  });
}


console.log(
  JSON.stringify({
    structure: await structure(),
    words: await words(),
    playing: await playing(),
    acts: await acts(),
    light: await contrast("light"),
    dark: await contrast("dark"),
    motion: await scrolling("no-preference"),
    reduced: await scrolling("reduce"),
  }),
);
await browser.close();
