// The gateway's page with the banks and the bank's own, in a real browser (W7, W8, W9).
const assert = require("node:assert");
const { after, afterEach, before, beforeEach, test } = require("node:test");
const bursars = require("./bursar.js");
const { launch } = require("./chromium.js");
const { shoot } = require("./screenshots.js");

let bursar, browser, page, customer;

before(async () => {
  browser = await launch();
});

after(async () => browser?.close());

// A card belongs to one account, and who has overdue invoices keeps it: a world for each test.
beforeEach(async () => {
  bursar = await bursars.start();
  page = await browser.newPage();
  customer = await bursars.atGateway(bursar);
  assert.equal(customer.payment.state, "PAYMENT_STATE_REQUIRES_ACTION");
  await page.goto(customer.payment.nextAction.url);
});

afterEach(async () => {
  await page?.context().close();
  await bursar?.stop();
});

const state = async () => (await bursar.payments.getPayment({ name: customer.payment.name })).payment.state;

test("W7 W9 the customer chooses a bank by its Chinese name, pays there and completes the payment", async () => {
  assert.match(await page.textContent("h1"), /选择银行/);
  assert.ok(await page.getByText("CNY 12800.00").isVisible());
  await shoot(page, "bank-list", { narrow: true });
  // The list is one group of radio buttons: arrow keys move in it.
  const first = page.getByRole("radio").first();
  await first.focus();
  assert.ok(await first.isChecked());
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.getByRole("radio").nth(1).isChecked());
  await page.getByLabel("中国工商银行 Industrial and Commercial Bank of China").check();
  await page.getByRole("button", { name: /Go to the bank/ }).click();
  assert.match(await page.textContent("h1"), /Pay at your bank/);
  assert.ok(await page.getByText("中国工商银行").isVisible());
  await shoot(page, "bank-page", { narrow: true });
  await page.getByRole("button", { name: /确认支付/ }).click();
  await page.waitForURL(`${bursar.pages}/return/**`);
  // The bank has approved; nothing is taken before the second call.
  assert.equal(await page.textContent("h1"), "Approved");
  assert.equal(await state(), "PAYMENT_STATE_REQUIRES_COMPLETION");
  const completing = { name: customer.payment.name, requestId: bursars.requestId() };
  const { payment } = await bursar.payments.completePayment(completing);
  assert.equal(payment.state, "PAYMENT_STATE_SUCCEEDED");
});

test("W7 who leaves at the bank has paid nothing, and the invoice is owed as before", async () => {
  await page.getByLabel(/招商银行/).check();
  await page.getByRole("button", { name: /Go to the bank/ }).click();
  await page.getByRole("button", { name: /取消/ }).click();
  await page.waitForURL(`${bursar.pages}/return/**`);
  assert.notEqual(await page.textContent("h1"), "Done");
  const { invoice } = await bursar.invoices.getInvoice({ name: customer.payment.invoices[0] });
  assert.equal(invoice.state, "INVOICE_STATE_OPEN");
  assert.equal(invoice.overdue, true);
});
