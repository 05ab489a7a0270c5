// PayPal's pages in a real browser: log on, add a bank account, agree, and end the agreement (A17).
const assert = require("node:assert");
const { after, afterEach, before, beforeEach, test } = require("node:test");
const bursars = require("./bursar.js");
const { launch } = require("./chromium.js");
const { shoot } = require("./screenshots.js");

let bursar, browser, parent, page;

before(async () => {
  [bursar, browser] = await Promise.all([bursars.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await bursar?.stop();
});

beforeEach(async () => {
  parent = await bursars.account(bursar);
  page = await browser.newPage();
});

afterEach(async () => page.context().close());

async function link() {
  const request = { parent, wallet: "PAYPAL", returnUrl: "", requestId: bursars.requestId() };
  const { paymentMethod } = await bursar.methods.linkWallet(request);
  assert.equal(paymentMethod.state, "PAYMENT_METHOD_STATE_REQUIRES_ACTION");
  await page.goto(paymentMethod.nextAction.url);
  return paymentMethod.name;
}

async function logOn(email) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Log on" }).click();
}

const press = (name) => page.getByRole("button", { name }).click();

// What became of it: the wallet is verified once its holder has agreed.
async function comesTo(name, state) {
  for (let look = 0; look < 300; look += 1) {
    const { paymentMethod } = await bursar.methods.getPaymentMethod({ name });
    if (paymentMethod.state === state) return paymentMethod;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${name} does not come to ${state}`);
}

test("A17 who logs on and agrees has linked the wallet, and can end the agreement there", async () => {
  const method = await link();
  assert.equal(await page.textContent("h1"), "Log on to PayPal");
  await shoot(page, "paypal-log-on", { narrow: true });
  await logOn("nobody@example.com");
  assert.match(await page.getByRole("alert").textContent(), /no account with that e-mail address/);
  await logOn("ada@example.com");
  assert.equal(await page.textContent("h1"), "Approve the billing agreement");
  assert.ok(await page.getByText("ALIBABACLOUD.COM").isVisible());
  await shoot(page, "paypal-agreement", { narrow: true });
  await press("Agree and go on");
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Done");
  await comesTo(method, "PAYMENT_METHOD_STATE_ACTIVE");

  await page.goto(`${bursar.pages}/sandbox/paypal`);
  const row = page.getByRole("row").filter({ hasText: "ada@example.com" });
  await row.getByRole("button", { name: "End agreement" }).click();
  await row.getByText("ended").waitFor();
  const { failure } = await comesTo(method, "PAYMENT_METHOD_STATE_UNLINKED");
  assert.equal(failure.reason, "FAILURE_REASON_AGREEMENT_ENDED");
});

test("A17 who has no funding source is asked for one first", async () => {
  const method = await link();
  await logOn("empty@example.com");
  assert.equal(await page.textContent("h1"), "Add a bank account first");
  await shoot(page, "paypal-funding", { narrow: true });
  await press("Add a bank account");
  assert.equal(await page.textContent("h1"), "Approve the billing agreement");
  await press("Agree and go on");
  await page.waitForURL(`${bursar.pages}/return/**`);
  await comesTo(method, "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A17 who logs on and leaves has linked nothing", async () => {
  const method = await link();
  await logOn("ada@example.com");
  await press("Cancel and go back");
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Not successful");
  const { failure } = await comesTo(method, "PAYMENT_METHOD_STATE_FAILED");
  assert.equal(failure.reason, "FAILURE_REASON_AGREEMENT_NOT_APPROVED");
});
