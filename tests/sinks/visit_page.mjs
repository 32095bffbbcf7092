// Opens a page written by `codechoir read -o` in Chromium, operates it like a user, and prints the observations
// as JSON. test_page.py checks them.
import { chromium } from "playwright-core";

const [browserPath, pageAddress] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--mute-audio", "--disable-background-networking"],
});

async function open(options = {}) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 500 }, ...options });
  page.requests = [];
  page.errors = [];
  page.on("request", (request) => page.requests.push(request.url().slice(0, 40)));
  page.on("console", (message) => page.errors.push(message.text()));
  page.on("pageerror", (error) => page.errors.push(error.message));
  await page.goto(pageAddress);
  return page;
}

const highlighted = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".sounding")].map((s) => s.textContent).join(""));
const currentLine = (page) =>
  page.evaluate(() => {
    const lines = [...document.querySelectorAll(".code li")];
    return lines.findIndex((element) => element.hasAttribute("aria-current")) + 1;
  });

/** The accessibility tree and the code lines. */
async function structure() {
  const page = await open();
  const tree = await page.locator("body").ariaSnapshot();
  const lines = await page.locator(".code li").allTextContents();
  return { tree, lines, requests: page.requests, errors: page.errors };
}

/** The text highlighted in the middle of each spoken word. */
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

/** Times and highlighted words while the page plays for 1.5 seconds, started with the space bar. */
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

/** Line, highlight and speed after keys, buttons and clicks. */
async function actions() {
  // Reduced motion: during a smooth scroll the pointer may miss a control.
  const page = await open({ reducedMotion: "reduce" });
  const log = [];
  const record = async (action) => {
    await page.waitForFunction(() => !audio.seeking);
    const speed = await page.evaluate(() => audio.playbackRate);
    log.push([action, await currentLine(page), await highlighted(page), speed]);
  };
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "+", "+", "-", "Home"]) {
    await page.keyboard.press(key);
    await record(key);
  }
  for (const name of ["Line forward", "Line back"]) {
    await page.getByRole("button", { name }).click();
    await record(name);
  }
  await page.keyboard.press("ArrowDown");
  await record("ArrowDown on a button");
  await page.getByRole("combobox", { name: "Speed" }).selectOption("2");
  await record("Speed 2");
  await page.locator(".code span", { hasText: "Item" }).first().click();
  await record("click on Item");
  await page.getByRole("checkbox", { name: "Keyboard shortcuts" }).press("Space");
  await page.locator("h1").click();
  await page.keyboard.press("ArrowDown");
  await record("ArrowDown without shortcuts");
  return { log, status: await page.getByRole("status").textContent() };
}

/** The lowest contrast of all texts, with and without highlighted words. */
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

/** Scroll behaviour with and without reduced motion. */
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
    actions: await actions(),
    light: await contrast("light"),
    dark: await contrast("dark"),
    motion: await scrolling("no-preference"),
    reduced: await scrolling("reduce"),
  }),
);
await browser.close();
