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

const FILES = ["account", "payment_method", "verification", "invoice", "payment"];
const SERVICES = {
  accounts: "AccountService",
  methods: "PaymentMethodService",
  verifications: "VerificationService",
  invoices: "InvoiceService",
  payments: "PaymentService",
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
    FILES.map((name) => `bursar/v1/${name}.proto`),
    { includeDirs: [path.join(ROOT, "proto")], enums: String, longs: Number },
  );
  const { v1 } = grpc.loadPackageDefinition(definition).bursar;
  const made = {};
  for (const [name, service] of Object.entries(SERVICES)) {
    const client = new v1[service](address, grpc.credentials.createInsecure());
    made[name] = { close: () => client.close() };
    for (const method of Object.keys(v1[service].service)) {
      const call = method[0].toLowerCase() + method.slice(1);
      const ask = promisify(client[call].bind(client));
      made[name][call] = (request) => ask(request, { deadline: Date.now() + CALL_WITHIN_MS });
    }
  }
  return made;
}

const requestId = () => randomUUID();

// An account of Alibaba Cloud's in Singapore, in US dollars.
async function account(bursar) {
  const account = { program: "alibaba-cloud-intl", regionCode: "SG", currencyCode: "USD", displayName: "Ada" };
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

// Pays an invoice of so many US dollars with the account's default method.
async function pay(bursar, parent, dollars, returnUrl = "") {
  const amount = { currencyCode: "USD", units: dollars };
  const created = await bursar.invoices.createInvoice({ parent, invoice: { amount }, requestId: requestId() });
  const invoices = [created.invoice.name];
  const paid = await bursar.payments.payInvoices({ parent, invoices, returnUrl, requestId: requestId() });
  return paid.payment;
}

module.exports = { start, account, link, pay, requestId };
