// Takes the picture of the issuer's page that the documentation shows: node tests/browser/picture.js
const { mkdirSync } = require("node:fs");
const path = require("node:path");
const bursars = require("./bursar.js");
const { launch } = require("./chromium.js");

const FOLDER = path.join(__dirname, "..", "..", "docs", "images");
const CHALLENGED = "4000002760003184";

async function take() {
  const [bursar, browser] = await Promise.all([bursars.start(), launch()]);
  try {
    const parent = await bursars.account(bursar);
    const { paymentMethod } = await bursars.link(bursar, parent, CHALLENGED);
    const page = await browser.newPage({ viewport: { width: 560, height: 640 }, deviceScaleFactor: 2 });
    await page.goto(paymentMethod.nextAction.url);
    await page.getByLabel("One-time code").fill("123");
    mkdirSync(FOLDER, { recursive: true });
    await page.screenshot({ path: path.join(FOLDER, "3ds-page.png"), fullPage: true });
  } finally {
    await browser.close();
    await bursar.stop();
  }
}

take();
