// A bursar of a test's own: the real binary with an embedded sandbox, in a folder that goes with it.
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { createInterface } = require("node:readline");
const { promisify } = require("node:util");
const { randomUUID } = require("node:crypto");
const grpc = require("@grpc/grpc-js");
const protoLoader = require("@grpc/proto-loader");

const ROOT = path.join(__dirname, "..", "..");
const BINARY = process.env.BURSAR ?? path.join(ROOT, "target", "debug", "bursar");
// Far longer than a start takes on a busy machine.
const READY_WITHIN_MS = 60_000;
const CALL_WITHIN_MS = 60_000;
const UNIONPAY = "6200000000000005";

const FILES = ["v1/account", "v1/payment_method", "v1/verification", "v1/invoice", "v1/payment", "sandbox/v1/sandbox"];
const SERVICES = {
  accounts: "v1.AccountService",
  methods: "v1.PaymentMethodService",
  verifications: "v1.VerificationService",
  invoices: "v1.InvoiceService",
  payments: "v1.PaymentService",
  clocks: "sandbox.v1.TestClockService",
};

// Starts bursar and answers its clients: bursar.methods.linkCard({...}).
async function start() {
  const folder = mkdtempSync(path.join(tmpdir(), "bursar-browser-"));
  const inside = (name) => path.join(folder, name);
  const child = spawn(
    BINARY,
    [
      "serve",
      ...["--database-url", `sqlite:${inside("bursar.db")}`],
      ...["--grpc-address", "127.0.0.1:0", "--pages-address", "127.0.0.1:0"],
      ...["--key-file", inside("bursar.key"), "--sandbox-ledger", inside("sandbox.db")],
    ],
    { env: { RUST_LOG: "warn" }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const { address, pages } = await ready(child);
  const bursar = { address, pages, ...clients(address) };
  bursar.stop = async () => {
    for (const name of Object.keys(SERVICES)) bursar[name].close();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true });
  };
  return bursar;
}

// Reads `bursar serves gRPC on 127.0.0.1:PORT and pages on http://127.0.0.1:PORT`.
function ready(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("bursar is not ready")), READY_WITHIN_MS);
    child.once("error", (error) => reject(new Error(`${BINARY} can't be run (cargo build?): ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`bursar ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(late);
      const said = /serves gRPC on (\S+) and pages on (\S+)/.exec(line);
      if (said) resolve({ address: said[1], pages: said[2] });
      else reject(new Error(`bursar said ${line}`));
    });
  });
}

function clients(address) {
  const definition = protoLoader.loadSync(
    FILES.map((name) => `bursar/${name}.proto`),
    { includeDirs: [path.join(ROOT, "proto")], enums: String, longs: Number },
  );
  const { bursar } = grpc.loadPackageDefinition(definition);
  const made = {};
  for (const [name, service] of Object.entries(SERVICES)) {
    const Client = service.split(".").reduce((found, part) => found[part], bursar);
    const client = new Client(address, grpc.credentials.createInsecure());
    made[name] = { close: () => client.close() };
    for (const method of Object.keys(Client.service)) {
      const call = method[0].toLowerCase() + method.slice(1);
      const ask = promisify(client[call].bind(client));
      made[name][call] = (request) => ask(request, { deadline: Date.now() + CALL_WITHIN_MS });
    }
  }
  return made;
}

const requestId = () => randomUUID();

// An account: of Alibaba Cloud's in Singapore, in US dollars, unless it is said otherwise.
async function account(bursar, other = {}) {
  const usual = { program: "alibaba-cloud-intl", regionCode: "SG", currencyCode: "USD", displayName: "Ada" };
  const account = { ...usual, ...other };
  const answer = await bursar.accounts.createAccount({ account, requestId: requestId() });
  return answer.account.name;
}

// Links a card with nothing wrong with it.
async function link(bursar, parent, number, returnUrl = "") {
  const card = {
    number,
    expiry: `12/${String((new Date().getUTCFullYear() + 8) % 100).padStart(2, "0")}`,
    securityCode: "123",
    holderName: "Ada Lovelace",
    billingAddress: {
      streetLines: ["1 Marina Boulevard"],
      city: "Singapore",
      postalCode: "018989",
      regionCode: "SG",
    },
  };
  return bursar.methods.linkCard({ parent, card, returnUrl, requestId: requestId() });
}

// Pays an invoice of so many US dollars with the account's default method, unless it is said otherwise.
async function pay(bursar, parent, dollars, returnUrl = "", other = {}) {
  const amount = { currencyCode: "USD", units: dollars };
  const created = await bursar.invoices.createInvoice({ parent, invoice: { amount }, requestId: requestId() });
  const invoices = [created.invoice.name];
  const paid = await bursar.payments.payInvoices({ parent, invoices, returnUrl, requestId: requestId(), ...other });
  return paid.payment;
}

// A test clock that shows noon of a day that no account's last change is later than.
async function clock(bursar) {
  const time = { seconds: Date.UTC(2030, 5, 15, 12) / 1000 };
  const answer = await bursar.clocks.createTestClock({ testClockId: `c-${requestId()}`, time });
  return answer.testClock.name;
}

// A customer in China whose overdue invoice waits at the gateway's page with the banks.
async function atGateway(bursar, returnUrl = "") {
  const testClock = await clock(bursar);
  const china = { program: "aws-inc", regionCode: "CN", currencyCode: "CNY", displayName: "李雷" };
  const parent = await account(bursar, china);
  await bursar.clocks.attachAccount({ account: parent, testClock });
  await link(bursar, parent, UNIONPAY);
  const invoice = { amount: { currencyCode: "CNY", units: 12_800 } };
  const created = await bursar.invoices.createInvoice({ parent, invoice, requestId: requestId() });
  const time = { seconds: Date.UTC(2030, 5, 15, 12, 0, 1) / 1000 };
  await bursar.clocks.advanceTestClock({ name: testClock, time });
  const enabled = await bursar.methods.enableChinaBankRedirect({ parent, requestId: requestId() });
  const paymentMethod = enabled.paymentMethod.name;
  const invoices = [created.invoice.name];
  const asked = { parent, invoices, paymentMethod, returnUrl, requestId: requestId() };
  const { payment } = await bursar.payments.payInvoices(asked);
  return { parent, payment };
}

module.exports = { start, account, link, pay, clock, atGateway, requestId };
