// The browser that the page tests drive starts here at all. A failure of this one test is a fault of
// the machine, not of a page.
const assert = require("node:assert");
const { test } = require("node:test");
const { launch } = require("./chromium.js");

test("the system's Chromium opens a page", async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.setContent("<h1>Pay</h1>");
    assert.equal(await page.textContent("h1"), "Pay");
  } finally {
    await browser.close();
  }
});
