import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { writePidFile } from "../../lib/supervisor/pid_file.ts";

function withFolder(run: (path: string) => void): void {
  const folder = fs.mkdtempSync(join(tmpdir(), "monoceros-"));
  try {
    run(join(folder, "server.pid"));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test("writePidFile() writes the id, and remove() removes it", () => {
  withFolder((path) => {
    const file = writePidFile(path);
    assert.equal(fs.readFileSync(path, "utf8"), `${process.pid}\n`);
    file.remove();
    assert.equal(fs.existsSync(path), false);
  });
});

test("writePidFile() refuses a file whose process lives", () => {
  withFolder((path) => {
    fs.writeFileSync(path, `${process.ppid}\n`);
    assert.throws(
      () => writePidFile(path),
      new RegExp(`Cannot use pid file "${path}": process ${process.ppid} in it is running`),
    );
  });
});

const STALE = {
  nothing: "",
  "no number": "none",
  "no process id": "-1",
  "the id of a process that is gone": String(spawnSync("true").pid),
};

for (const [what, content] of Object.entries(STALE)) {
  test(`writePidFile() takes over a file with ${what} in it`, () => {
    withFolder((path) => {
      fs.writeFileSync(path, content);
      writePidFile(path);
      assert.equal(fs.readFileSync(path, "utf8"), `${process.pid}\n`);
    });
  });
}

test("writePidFile() says why it cannot", () => {
  withFolder((path) => {
    assert.throws(() => writePidFile(join(path, "none")), /Cannot write pid file/);
  });
});

test("remove() does not mind that the folder is gone", () => {
  withFolder((path) => {
    const file = writePidFile(path);
    fs.rmSync(path);
    fs.mkdirSync(path);
    file.remove();
  });
});

test("remove() leaves the file of another process", () => {
  withFolder((path) => {
    const file = writePidFile(path);
    fs.writeFileSync(path, "1\n");
    file.remove();
    assert.ok(fs.existsSync(path));
  });
});
