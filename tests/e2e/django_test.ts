/** A project of `django-admin startproject`, through WSGI and through ASGI. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { pythonPath } from "../toolchain/paths.ts";

/** As the documentation of django.contrib.staticfiles says for a server of one's own during development. */
const STATIC_ROUTES = `
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
urlpatterns += staticfiles_urlpatterns()
`;
const PASSWORD = "correct horse";

for (const interfaceName of ["wsgi", "asgi"]) {
  onEachRuntime(`Django's admin works through ${interfaceName}`, async (start) => {
    using folder = new TemporaryFolder();
    createProject(folder.path);
    const args = ["--chdir", folder.path, "--workers", "2"];
    const { url } = await start({ app: `mysite.${interfaceName}`, args });

    const page = await fetch(`${url}/admin/login/`);
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(html, /Django administration/);
    await assertStylesheets(url, html);
    await assertLogin(url, page, html);
  }, { skip: unlessPython("django") });
}

async function assertStylesheets(url: string, html: string): Promise<void> {
  const links = [...html.matchAll(/href="([^"]+\.css)"/g)].map(([, link = ""]) => link);
  assert.ok(links.length >= 3, `only ${links}`);
  for (const link of links) {
    const response = await fetch(new URL(link, url));
    assert.equal(response.status, 200, link);
    assert.match(response.headers.get("content-type") ?? "", /^text\/css/);
    const length = Number(response.headers.get("content-length"));
    assert.equal((await response.arrayBuffer()).byteLength, length);
  }
}

async function assertLogin(url: string, page: Response, html: string): Promise<void> {
  const [, token = ""] = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(html) ?? [];
  const body = new URLSearchParams({
    csrfmiddlewaretoken: token,
    username: "admin",
    password: PASSWORD,
    next: "/admin/",
  });
  const login = await fetch(`${url}/admin/login/`, {
    method: "POST",
    body,
    redirect: "manual",
    headers: { cookie: cookiesOf(page), referer: `${url}/admin/login/` },
  });
  await login.body?.cancel();
  assert.equal(login.status, 302);
  const index = await fetch(`${url}/admin/`, { headers: { cookie: cookiesOf(login) } });
  assert.match(await index.text(), /Site administration/);
}

function cookiesOf(response: Response): string {
  return response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

function createProject(folder: string): void {
  const env = { ...process.env, DJANGO_SUPERUSER_PASSWORD: PASSWORD };
  const run = (...args: string[]) =>
    execFileSync(pythonPath(), args, { cwd: folder, env, stdio: "pipe" });
  run("-m", "django", "startproject", "mysite", ".");
  appendFileSync(join(folder, "mysite/urls.py"), STATIC_ROUTES);
  run("manage.py", "migrate");
  run(
    "manage.py",
    "createsuperuser",
    "--noinput",
    "--username",
    "admin",
    "--email",
    "a@example.org",
  );
}
