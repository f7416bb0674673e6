#!/usr/bin/env node
// Starts the program, which is in the package for this system and processor.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = "entra-conformance";
const platform = `${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? `${name}.exe` : name;

let path;
try {
  path = require.resolve(`${name}-${platform}/${program}`);
} catch {
  console.error(
    `${name}: the package ${name}-${platform}, which has the program for this system, is not installed.\n` +
      "Was npm told to leave out optional dependencies? Where there is no such package: cargo install entra-conformance",
  );
  process.exit(2);
}

const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
// The terminal tells the program too, which then ends in its own way; this one waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`${name}: ${path} cannot be started: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
