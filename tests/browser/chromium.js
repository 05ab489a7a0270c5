// The system's Chromium.
const { existsSync } = require("node:fs");
const { chromium } = require("playwright-core");

const CANDIDATES = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);

// Starts the browser. Nothing but this machine is reachable from it: a test needs no network.
function launch() {
  const executablePath = process.env.CHROMIUM ?? CANDIDATES.find(existsSync);
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

module.exports = { launch };
