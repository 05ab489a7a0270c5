// The browser that the page tests drive starts here at all. A failure of this one test is a fault of
// the machine, not of a page.
const assert = require("node:assert");
const { existsSync } = require("node:fs");
const { test } = require("node:test");
const { chromium } = require("playwright-core");

const CANDIDATES = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);

test("the system's Chromium opens a page", async () => {
  const executablePath = process.env.CHROMIUM ?? CANDIDATES.find(existsSync);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.setContent("<h1>Pay</h1>");
    assert.equal(await page.textContent("h1"), "Pay");
  } finally {
    await browser.close();
  }
});
