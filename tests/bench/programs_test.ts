import assert from "node:assert/strict";
import { test } from "node:test";

import { fill } from "../../bench/launch.ts";
import type { Peer } from "../../bench/peers.ts";
import { findPeer, parseVersion, type Places } from "../../bench/programs.ts";

const PLACES: Places = {
  repository: "/nowhere",
  apps: "/",
  environment: "/nowhere/.venv",
  python: "python3",
};

const VERSIONS: readonly [string, string | undefined][] = [
  ["1.4.5\n", "1.4.5"],
  ["nginx version: nginx/1.22.1", "1.22.1"],
  ["deno 2.9.6 (stable, release, x86_64)\nv8 14.1", "2.9.6"],
  ["monoceros 0.1.0-beta.2", "0.1.0-beta.2"],
  ["usage: server", undefined],
];

for (const [text, expected] of VERSIONS) {
  test(`parseVersion() of ${JSON.stringify(text)} is ${expected}`, () => {
    assert.equal(parseVersion(text), expected);
  });
}

test("findPeer() says where it looked in vain", () => {
  assert.deepEqual(find({ program: { in: "repository", path: "dist/monoceros" } }), {
    kind: "missing",
    why: "no dist/monoceros",
  });
  assert.deepEqual(find({ program: { in: "environment", name: "uvicorn" } }), {
    kind: "missing",
    why: "no uvicorn in the Python environment",
  });
});

test("findPeer() names the Python packages that are missing", () => {
  const program = { in: "path", name: "sh" } as const;
  assert.deepEqual(find({ program, packages: ["uvicorn", "uvloop", "httptools"] }), {
    kind: "missing",
    why: "no Python package uvloop, httptools",
  });
});

test("findPeer() names the app's packages that are missing", () => {
  const program = { in: "path", name: "sh" } as const;
  const found = find({ program, packages: ["uvicorn"] }, ["fastapi"]);
  assert.deepEqual(found, { kind: "missing", why: "no Python package fastapi" });
});

test("findPeer() takes the versions of a Python peer from its packages", () => {
  const found = find({ program: { in: "path", name: "sh" }, packages: ["uvicorn"] });
  assert.equal(found.kind === "installed" && found.version, "uvicorn 0.54.0");
});

test("fill() fills known places and leaves others as they are", () => {
  assert.equal(
    fill("http { listen {port}; {other} }", { port: "80" }),
    "http { listen 80; {other} }",
  );
});

function find(fields: Partial<Peer>, appPackages: string[] = []) {
  const peer: Peer = {
    ...{ id: "peer", name: "Peer", groups: ["js"], args: [], packages: [] },
    program: { in: "driver" },
    ...fields,
  };
  return findPeer(peer, { places: PLACES, packages: { uvicorn: "0.54.0" }, appPackages });
}
