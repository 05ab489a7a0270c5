// Pictures of pages, for the documentation. Taken only where they are asked for: SCREENSHOTS=1 npm test
const { mkdirSync } = require("node:fs");
const path = require("node:path");

const FOLDER = path.join(__dirname, "..", "..", "docs", "images");
const SIZES = {
  narrow: { width: 560, height: 400 },
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
};

// Takes a picture of the page as it stands: whole in a narrow window; on a phone or a laptop what its screen
// shows, from an element on.
async function shoot(page, name, { narrow, phone, from } = {}) {
  if (!process.env.SCREENSHOTS) return;
  const before = page.viewportSize();
  await page.setViewportSize(SIZES[narrow ? "narrow" : phone ? "phone" : "laptop"]);
  mkdirSync(FOLDER, { recursive: true });
  await page.evaluate((first) => {
    scrollTo(0, 0);
    if (first) document.querySelector(first).scrollIntoView();
  }, from);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), fullPage: Boolean(narrow) });
  await page.setViewportSize(before);
}

module.exports = { shoot };
