// The issuer's page in a real browser, as a customer sees it (A11, A16).
const assert = require("node:assert");
const { createServer } = require("node:http");
const { after, afterEach, before, beforeEach, test } = require("node:test");
const bursars = require("./bursar.js");
const { launch } = require("./chromium.js");
const { shoot } = require("./screenshots.js");

const CHALLENGED = "4000002760003184";
const PASSWORD = "4000009800000047";
const VISA = "4242424242424242";
const CODE = "123456";
const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };

let bursar, browser, parent, page;

before(async () => {
  [bursar, browser] = await Promise.all([bursars.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await bursar?.stop();
});

// A card belongs to one account, so what a test has linked is given back after it.
let linked;
beforeEach(async () => {
  linked = [];
  parent = await bursars.account(bursar);
  page = await browser.newPage();
});

afterEach(async () => {
  await page.context().close();
  for (const name of linked) {
    const { paymentMethod } = await bursar.methods.getPaymentMethod({ name });
    if (paymentMethod.state === "PAYMENT_METHOD_STATE_ACTIVE") {
      await bursar.methods.unlinkPaymentMethod({ name, requestId: bursars.requestId() });
    } else if (paymentMethod.state === "PAYMENT_METHOD_STATE_REQUIRES_ACTION") {
      const request = { name: paymentMethod.verification, requestId: bursars.requestId() };
      await bursar.verifications.cancelVerification(request);
    }
  }
});

async function link(number, returnUrl) {
  const { paymentMethod } = await bursars.link(bursar, parent, number, returnUrl);
  linked.push(paymentMethod.name);
  assert.equal(paymentMethod.state, "PAYMENT_METHOD_STATE_REQUIRES_ACTION");
  return paymentMethod;
}

async function state(method) {
  return (await bursar.methods.getPaymentMethod({ name: method.name })).paymentMethod.state;
}

async function answer(text) {
  await page.getByLabel(/code|password/i).fill(text);
  await page.getByRole("button", { name: "Confirm" }).click();
}

test("A16 a wrong code leaves tries, the right one leads to bursar's result page", async () => {
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  assert.equal(await page.textContent("h1"), "Confirm it is you");
  // What the customer has to know before confirming: who asks, how much, which card.
  for (const text of ["ALIBABACLOUD.COM", "USD 1.00", "•••• 3184"]) {
    assert.ok(await page.getByText(text).first().isVisible(), text);
  }
  await page.getByLabel("One-time code").fill("123");
  await shoot(page, "3ds-page", { narrow: true });
  await answer("000000");
  assert.match(await page.getByRole("alert").textContent(), /not right.*2 tries left/s);
  await answer("111111");
  assert.match(await page.getByRole("alert").textContent(), /one try left/);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_REQUIRES_ACTION");
  await answer(CODE);
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Done");
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A16 a page that was closed can be opened again by its link", async () => {
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  await answer("000000");
  await page.close();

  const { verification } = await bursar.verifications.resumeVerification({ name: method.verification });
  page = await browser.newPage();
  await page.goto(verification.nextAction.url);
  // It is the same challenge: the try that was used stays used.
  assert.match(await page.getByRole("alert").textContent(), /2 tries left/);
  await answer(CODE);
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
  // The link now leads to the result, as often as it is opened.
  await page.goto(method.nextAction.url);
  assert.equal(await page.textContent("h1"), "Done");
});

test("A16 leaving by the cancel button fails the method with a reason of its own", async () => {
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Not successful");
  const { paymentMethod } = await bursar.methods.getPaymentMethod({ name: method.name });
  assert.equal(paymentMethod.state, "PAYMENT_METHOD_STATE_FAILED");
  assert.equal(paymentMethod.failure.reason, "FAILURE_REASON_CHALLENGE_ABANDONED");
});

test("A16 three wrong answers end the challenge", async () => {
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  for (const wrong of ["000000", "111111", "222222"]) await answer(wrong);
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Not successful");
  const { paymentMethod } = await bursar.methods.getPaymentMethod({ name: method.name });
  assert.equal(paymentMethod.failure.reason, "FAILURE_REASON_CHALLENGE_FAILED");
});

test("A16 the customer comes back to where the caller wants", async () => {
  const shop = createServer((_, response) => response.end("<h1>The shop</h1>"));
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${shop.address().port}/back?order=7`;
    const method = await link(CHALLENGED, url);
    await page.goto(method.nextAction.url);
    await answer(CODE);
    await page.waitForURL(url);
    assert.equal(await page.textContent("h1"), "The shop");
    assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
  } finally {
    await new Promise((resolve) => shop.close(resolve));
  }
});

test("A16 a challenge may ask for a password", async () => {
  const method = await link(PASSWORD);
  await page.goto(method.nextAction.url);
  assert.equal(await page.getByLabel("Password").getAttribute("type"), "password");
  await answer("open sesame");
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A16 a narrow phone shows the whole page", async () => {
  await page.context().close();
  page = await (await browser.newContext(PHONE)).newPage();
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok((await width()) <= PHONE.viewport.width, `${await width()} pixels wide`);
  for (const name of ["Confirm", "Cancel"]) {
    const box = await page.getByRole("button", { name }).boundingBox();
    assert.ok(box.height >= 44, `${name} is ${box.height} pixels high: too low for a thumb`);
  }
  await page.getByLabel("One-time code").fill(CODE);
  await page.getByRole("button", { name: "Confirm" }).tap();
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.ok((await width()) <= PHONE.viewport.width, `${await width()} pixels wide`);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A16 the keyboard is enough", async () => {
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
  // The field has the focus already; a wrong answer gives it back.
  assert.equal(await focused(), "answer");
  await page.keyboard.type("000000");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.equal(await focused(), "answer");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Confirm");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Cancel");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type(CODE);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A16 the page needs no script", async () => {
  await page.context().close();
  page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const method = await link(CHALLENGED);
  await page.goto(method.nextAction.url);
  await answer(CODE);
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await state(method), "PAYMENT_METHOD_STATE_ACTIVE");
});

test("A11 a large payment is made once the customer has proved who they are", async () => {
  const { paymentMethod } = await bursars.link(bursar, parent, VISA);
  linked.push(paymentMethod.name);
  assert.equal(paymentMethod.state, "PAYMENT_METHOD_STATE_ACTIVE");
  const payment = await bursars.pay(bursar, parent, 3000);
  assert.equal(payment.state, "PAYMENT_STATE_REQUIRES_ACTION");
  assert.equal(payment.challengeRule, "large-amount");
  await page.goto(payment.nextAction.url);
  assert.ok(await page.getByText("USD 3000.00").isVisible());
  await answer(CODE);
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.equal(await page.textContent("h1"), "Done");
  const paid = (await bursar.payments.getPayment({ name: payment.name })).payment;
  assert.equal(paid.state, "PAYMENT_STATE_SUCCEEDED");
});

test("A16 a link that was altered is not known", async () => {
  const method = await link(CHALLENGED);
  const response = await page.goto(`${method.nextAction.url.slice(0, -2)}xx`);
  assert.equal(response.status(), 404);
  assert.equal(await page.textContent("h1"), "This link is not known");
});
