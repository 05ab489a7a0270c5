// The sandbox's console in a real browser: accounts, a payment's timeline, clocks, the ledger (C10, C13, C14).
const assert = require("node:assert");
const { after, afterEach, before, test } = require("node:test");
const bursars = require("./bursar.js");
const { launch } = require("./chromium.js");
const { shoot } = require("./screenshots.js");

const LATER_51 = "4000009800000013";
const VISA = "4242424242424242";
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let bursar, browser, page, account, clock, succeeded, declined, waiting;

// An account on a clock with three payments: confirmed by its customer, declined, and one that still waits.
before(async () => {
  [bursar, browser] = await Promise.all([bursars.start(), launch()]);
  account = await bursars.account(bursar, { displayName: "Analytical Engines" });
  await bursars.account(bursar, { displayName: "<b>Ada & Sons" });
  await bursars.link(bursar, account, VISA);
  const { paymentMethod } = await bursars.link(bursar, account, LATER_51);
  clock = await bursars.clock(bursar);
  await bursar.clocks.attachAccount({ account, testClock: clock });
  succeeded = await bursars.pay(bursar, account, 3000);
  page = await browser.newPage();
  await page.goto(succeeded.nextAction.url);
  await page.getByLabel("One-time code").fill("123456");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL(`${bursar.pages}/return/**`);
  await page.context().close();
  declined = await bursars.pay(bursar, account, 20, "", { paymentMethod: paymentMethod.name });
  waiting = await bursars.pay(bursar, account, 4000);
  assert.equal(waiting.state, "PAYMENT_STATE_REQUIRES_ACTION");
});

after(async () => {
  await browser?.close();
  await bursar?.stop();
});

afterEach(async () => page.context().close());

async function open(path, options = {}) {
  page = await (await browser.newContext(options)).newPage();
  return page.goto(`${bursar.pages}/console${path}`);
}

// What every page of the console has: one heading, a landmark for its content, no overflow, no unnamed field.
async function isWellMade() {
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.getByRole("main").count(), 1);
  assert.ok(await page.getByRole("navigation", { name: "Console" }).isVisible());
  const [needed, given] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert.ok(needed <= given, `${page.url()} is ${needed} pixels wide in ${given}`);
  const unnamed = await page.evaluate(() =>
    [...document.querySelectorAll("input, select")].filter((field) => !field.labels.length).map((field) => field.name),
  );
  assert.deepEqual(unnamed, []);
}

test("C10 an account is found from the list, by keyboard, and shows what it has", async () => {
  await open("");
  await isWellMade();
  // What a customer calls itself is text, whatever it holds.
  assert.ok(await page.getByRole("link", { name: "<b>Ada & Sons" }).isVisible());
  const link = page.getByRole("link", { name: "Analytical Engines" });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  for (let tabs = 0; tabs < 20; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await link.evaluate((element) => element === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(`${bursar.pages}/console/${account}`);
  await isWellMade();
  for (const section of ["Payment methods", "Payments", "Refunds", "Invoices", "Verifications and their holds"]) {
    assert.ok(await page.getByRole("region", { name: section }).first().isVisible(), section);
  }
  assert.ok(await page.getByText("VISA •••• 4242").first().isVisible());
  assert.ok(await page.getByText("USD 3,000.00").first().isVisible());
  await shoot(page, "console-account");
});

test("C10 a payment's timeline is drawn, and stands in a table for who can't see it", async () => {
  await open(`/${succeeded.name}`);
  await isWellMade();
  const drawing = page.getByRole("img", { name: "Who told whom what" });
  assert.ok(await drawing.isVisible());
  const rows = page.getByRole("region", { name: "Each step, with who caused it" }).getByRole("rowheader");
  const steps = await rows.allTextContents();
  const expected = ["requested", "attempt started", "challenged", "approved", "succeeded"];
  assert.deepEqual(steps, expected);
  const drawn = await drawing.locator("text.said").allTextContents();
  assert.deepEqual(drawn, expected);
  const why = page.getByRole("region", { name: "Each rule and the facts it saw" });
  assert.ok(await why.getByRole("rowheader", { name: "A11 large-amount" }).isVisible());
  await shoot(page, "console-payment");
  // A decline is told with the issuer's code, and what the customer can do.
  await page.goto(`${bursar.pages}/console/${declined.name}`);
  assert.ok(await drawing.getByText("declined 51").isVisible());
  assert.ok(await page.getByText(/or use another card/).first().isVisible());
});

test("C14 a clock is moved by a form, and the payment that waited has expired", async () => {
  await open("/testClocks");
  await isWellMade();
  await page.getByRole("link", { name: clock.split("/")[1] }).click();
  await page.getByLabel("By").selectOption("1 hour");
  await page.getByRole("button", { name: "Move forward" }).click();
  await page.getByText("15 Jun 2030, 13:00:00").waitFor();
  assert.ok((await page.getByRole("listitem").allTextContents()).length > 0);
  await isWellMade();
  await shoot(page, "console-clock");
  await page.goto(`${bursar.pages}/console/${waiting.name}`);
  assert.ok(await page.locator("h1").getByText(/expired|failed/).isVisible());
  await page.getByText("challenged").first().waitFor();
  // Backwards is refused, with the reason and what to do.
  await page.goto(`${bursar.pages}/console/${clock}`);
  await page.getByLabel("To (UTC)").evaluate((field) => (field.min = ""));
  await page.getByLabel("To (UTC)").fill("2020-01-01T00:00");
  await page.getByRole("button", { name: "Move to this time" }).click();
  const alert = await page.getByRole("alert").textContent();
  assert.match(alert, /only forward.*CLOCK_BACKWARDS/s);
});

test("A26 A28 a remittance is sent by a form, and is the account's once it has arrived", async () => {
  const company = await bursars.account(bursar, { displayName: "Analytical Engines Ltd" });
  const creditTerms = {
    approved: true,
    customerType: "CUSTOMER_TYPE_ENTERPRISE",
    limit: { currencyCode: "USD", units: 10_000 },
    billDueDays: 10,
  };
  await bursar.accounts.setCreditTerms({ account: company, creditTerms, requestId: bursars.requestId() });
  const own = await bursars.clock(bursar);
  await bursar.clocks.attachAccount({ account: company, testClock: own });
  await open(`/${company}`);
  await page.getByRole("link", { name: "Send a remittance there" }).click();
  await isWellMade();
  await page.getByLabel("Amount").fill("1200.50");
  await page.getByLabel("Payer", { exact: true }).fill("Analytical Engines Ltd");
  await page.getByLabel("Arrives after").selectOption("3 days");
  assert.equal(await page.getByLabel("Clock").inputValue(), own);
  await shoot(page, "console-remittance");
  await page.getByRole("button", { name: "Send" }).click();
  assert.match(await page.getByRole("status").textContent(), /on its way, and arrives at 18 Jun 2030/);
  await page.goto(`${bursar.pages}/console/${own}`);
  await page.getByLabel("By").selectOption("7 days");
  await page.getByRole("button", { name: "Move forward" }).click();
  await page.getByText("22 Jun 2030, 12:00:00").waitFor();
  await page.getByRole("link", { name: "Analytical Engines Ltd" }).click();
  const transfers = page.getByRole("region", { name: "Bank transfer" });
  assert.ok(await transfers.getByText("credited").isVisible());
  assert.ok(await transfers.getByText("USD 1,200.50").first().isVisible());
  // The bank refuses what is no account, and says why.
  await page.goto(`${bursar.pages}/console/bank?to=SG00NOWHERE`);
  await page.getByLabel("Amount").fill("1");
  await page.getByLabel("Payer", { exact: true }).fill("Nobody");
  await page.getByRole("button", { name: "Send" }).click();
  assert.ok((await page.getByRole("alert").textContent()).trim().length > 0);
});

test("C13 the ledger and the inbox outside are read", async () => {
  await open("/ledger");
  await isWellMade();
  const entries = page.getByRole("region", { name: "All entries" });
  assert.ok(await entries.getByText("USD 3,000.00").first().isVisible());
  await page.getByRole("link", { name: "Inbox" }).click();
  await isWellMade();
  assert.equal(await page.getByRole("link", { name: "Inbox" }).getAttribute("aria-current"), "page");
});

test("C10 a phone shows the whole page, in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const path of ["", `/${account}`, `/${succeeded.name}`, "/ledger", "/inbox", "/bank", "/testClocks", `/${clock}`]) {
      await open(path, { ...PHONE, colorScheme });
      await isWellMade();
      const low = await page.evaluate(() =>
        [...document.querySelectorAll("button, input, select")].filter((it) => it.getBoundingClientRect().height < 44)
          .length,
      );
      assert.equal(low, 0, `${path} has fields too low for a thumb`);
      if (path === `/${succeeded.name}` && colorScheme === "dark") {
        await shoot(page, "console-phone", { phone: true, from: "#happened" });
      }
      await page.context().close();
    }
  }
  await open("");
});

test("C13 the pages need no script, and what is not there is said", async () => {
  const response = await open("/accounts/0198a000-0000-7000-8000-000000000000", { javaScriptEnabled: false });
  assert.equal(response.status(), 404);
  assert.match(await page.getByRole("alert").textContent(), /RESOURCE_NOT_FOUND/);
  assert.equal((await page.goto(`${bursar.pages}/console?page_token=nonsense`)).status(), 400);
  assert.match(await page.getByRole("alert").textContent(), /PAGE_TOKEN_INVALID/);
  assert.equal((await page.goto(`${bursar.pages}/console/nowhere`)).status(), 404);
});

test("C14 a form of another site moves nothing", async () => {
  await open(`/${clock}`);
  const shown = await page.locator(".clock").textContent();
  // The same machine under another name is another site.
  const elsewhere = bursar.pages.replace("127.0.0.1", "localhost");
  await page.goto(`${elsewhere}/sandbox`);
  await page.setContent(`<form method="post" action="${bursar.pages}/console/${clock}">
    <input name="by" value="86400"><button>Go</button></form>`);
  await page.getByRole("button", { name: "Go" }).click();
  assert.equal(await page.textContent("h1"), "Not from here");
  await page.goto(`${bursar.pages}/console/${clock}`);
  assert.equal(await page.locator(".clock").textContent(), shown);
});
