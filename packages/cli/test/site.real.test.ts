import { execFile } from "node:child_process";
import { globSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "./source-files.ts";

const executablePath = process.env["LATEEN_REAL_CHROMIUM"];
const site = join(root, "apps/docs");
const dist = join(site, ".vitepress/dist");
const pictures = join(root, "coverage/site");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
/** A phone, and a laptop. */
const widths = [390, 1280] as const;

describe.skipIf(executablePath === undefined)("the documentation in a browser", () => {
  let browser: Browser;
  let base = "";
  let pages: readonly string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = [path, `${path}.html`, `${path}index.html`].map((name) => join(dist, name)).find(isFile);
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  });

  beforeAll(async () => {
    const env = { ...process.env, NODE_OPTIONS: "--conditions=source" };
    const options = { cwd: site, env, maxBuffer: 2 ** 24 };
    const built = promisify(execFile)(join(site, "node_modules/.bin/vitepress"), ["build"], options);
    mkdirSync(pictures, { recursive: true });
    // --no-sandbox: containers run as root, and nothing but these pages is opened.
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox", "--disable-gpu"] });
    await built;
    pages = globSync("**/*.html", { cwd: dist }).filter((path) => path !== "404.html");
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 600_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** Opens a page; what it complains of and what it asks of other hosts is kept. */
  async function open(path: string, width: number): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
    // A busy machine draws slowly; what hangs is ended by the limit of the test.
    page.setDefaultTimeout(120_000);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith("data:")) complaints.push(request.url());
    });
    await page.goto(`${base}/${path}`, { waitUntil: "load" });
    return { page, complaints };
  }

  test.each(widths)(
    "no page is wider than a screen of %i pixels, complains, or asks another host",
    async (width) => {
      expect(pages.length).toBeGreaterThan(60);
      const faults: string[] = [];
      const waiting = [...pages];
      // Side by side, each in a tab of its own that goes from page to page.
      const visit = async (): Promise<void> => {
        const { page, complaints } = await open("", width);
        for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
          await page.goto(`${base}/${path}`, { waitUntil: "load" });
          const widest = Number(await page.evaluate("document.documentElement.scrollWidth"));
          if (widest > width) faults.push(`${path} is ${widest} pixels wide`);
          faults.push(...complaints.splice(0).map((complaint) => `${path}: ${complaint}`));
        }
        await page.close();
      };
      await Promise.all(Array.from({ length: 3 }, visit));
      expect(faults).toEqual([]);
    },
    600_000,
  );

  test.each(widths)(
    "pictures at %i pixels",
    async (width) => {
      const shown = ["", "playground", "tutorial", "configuration", "reference/errors", "explanation/comparison"];
      const picture = async (path: string): Promise<void> => {
        const { page } = await open(path, width);
        await page.waitForTimeout(500);
        const file = join(pictures, `${path === "" ? "index" : path.replaceAll("/", "-")}-${width}.png`);
        await page.screenshot({ path: file, fullPage: path === "" || path === "playground" });
        expect(statSync(file).size, file).toBeGreaterThan(10_000);
        await page.close();
      };
      await Promise.all(shown.map(picture));
    },
    240_000,
  );

  test("every link with a fragment names a heading that is there", () => {
    const idsOf = new Map<string, ReadonlySet<string>>();
    const ids = (path: string): ReadonlySet<string> => {
      const known = idsOf.get(path);
      if (known !== undefined) return known;
      const found = new Set(
        [...readFileSync(join(dist, path), "utf8").matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id),
      );
      idsOf.set(path, found);
      return found;
    };
    const broken = pages.flatMap((from) =>
      [...readFileSync(join(dist, from), "utf8").matchAll(/<a [^>]*href="([^":]*)#([^"]+)"/g)]
        .map(([, path = "", fragment = ""]) => {
          const address = new URL(path === "" ? `/${from}` : path, `http://localhost/${from}`);
          const to = address.pathname.slice(1).replace(/^$|\/$/, "$&index.html");
          return { to: to.endsWith(".html") ? to : `${to}.html`, fragment: decodeURIComponent(fragment) };
        })
        .filter(({ to, fragment }) => !isFile(join(dist, to)) || !ids(to).has(fragment))
        .map(({ to, fragment }) => `${from}: ${to}#${fragment}`),
    );
    expect([...new Set(broken)]).toEqual([]);
  });

  test("a program finds every page in llms.txt", () => {
    const text = readFileSync(join(dist, "llms.txt"), "utf8");
    const links = [...text.matchAll(/\]\(\/([^)]*)\)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(40);
    const missing = links.filter(
      (path) => ![`${path}.html`, `${path}index.html`].some((file) => isFile(join(dist, file))),
    );
    expect(missing).toEqual([]);
  });

  test("the search finds a code, without another host", { timeout: 240_000 }, async () => {
    const { page, complaints } = await open("", 1280);
    await page.locator(".VPNavBarSearch button").first().click();
    await page.locator(".search-input").fill("GATE_CLOSED");
    await page.locator(".VPLocalSearchBox .result").first().waitFor();
    expect(await page.locator(".VPLocalSearchBox .results").innerText()).toContain("GATE_CLOSED");
    expect(complaints).toEqual([]);
    await page.close();
  });

  describe("the page that decides", () => {
    const verdictOf = (page: Page, panel: string) =>
      page.locator(`[data-panel=${panel}] output`).getAttribute("data-verdict");
    const reasonOf = (page: Page, panel: string) => page.locator(`[data-panel=${panel}] output`).innerText();

    test.each(widths)(
      "answers with the functions of the packages, at %i pixels",
      { timeout: 240_000 },
      async (width) => {
        const { page, complaints } = await open("playground", width);
        await page.locator("[data-panel=gate] output").waitFor();
        expect(await verdictOf(page, "gate")).toBe("open");
        await page.locator("[name=run-2]").selectOption("completed/failure");
        expect(await verdictOf(page, "gate")).toBe("closed");
        await page.locator("[name=run-2]").selectOption("completed/something_new");
        expect(await verdictOf(page, "gate")).toBe("unknown");
        await page.locator("[name=run-2]").selectOption("completed/success");
        await page.locator("[name=missing]").check();
        await page.locator("[name=proof]").selectOption("path-filtered");
        expect(await verdictOf(page, "gate")).toBe("wait");
        await page.locator("[name=age]").fill("120");
        expect({ verdict: await verdictOf(page, "gate"), reason: await reasonOf(page, "gate") }).toEqual({
          verdict: "open",
          reason: expect.any(String),
        });

        expect(await verdictOf(page, "tenant")).toBe("behind");
        await page.locator("[name=tenant-relation]").selectOption("ahead");
        expect(await verdictOf(page, "tenant")).toBe("ahead");
        await page.locator("[name=match]").selectOption("strict");
        expect(await verdictOf(page, "tenant")).toBe("straggler");

        expect(await verdictOf(page, "check")).toBe("wait");
        await page.locator("[name=values]").fill("0.2 0.4 0.3");
        expect(await verdictOf(page, "check")).toBe("passed");
        await page.locator("[name=values]").fill("0.2 0.4 1.3");
        expect(await verdictOf(page, "check")).toBe("failed");
        await page.locator("[name=values]").fill("0.2 0.4 -");
        await page.locator("[name=on-unknown]").selectOption("halt");
        expect(await verdictOf(page, "check")).toBe("unknown");

        expect(await verdictOf(page, "tag")).toBe("move");
        await page.locator("[name=tag-relation]").selectOption("behind");
        expect(await verdictOf(page, "tag")).toBe("refuse");
        expect(await reasonOf(page, "tag")).toContain("is behind");
        await page.locator("[name=rules]").selectOption("rollback");
        expect(await verdictOf(page, "tag")).toBe("move");
        expect(complaints).toEqual([]);
        await page.close();
      },
    );

    test(
      "draws a rollout as it grows, and stops a bad one with the tenants that it hurt",
      { timeout: 240_000 },
      async () => {
        const { page, complaints } = await open("playground", 1280);
        await page.locator("[name=tenants]").fill("30");
        await page.locator("[name=broken]").fill("30");
        await page.locator("[data-panel=rollout] button").click();
        await page.locator(".dot.proven").first().waitFor();
        await page.locator("[data-panel=rollout] output").waitFor({ timeout: 60_000 });
        expect(await verdictOf(page, "rollout")).toBe("halted");
        const hurt = await page.locator(".dot.hurt").count();
        expect(await page.locator("[data-hurt]").innerText()).toBe(String(hurt));
        expect(hurt).toBeGreaterThan(1);
        expect(await page.locator(".dot.old").count()).toBeGreaterThan(0);
        await page.screenshot({ path: join(pictures, "rollout-halted.png"), fullPage: true });

        await page.locator("[name=broken]").fill("0");
        await page.locator("[data-panel=rollout] button").click();
        await page.locator('[data-panel=rollout] output[data-verdict="shipped"]').waitFor({ timeout: 60_000 });
        expect(await page.locator(".dot.proven").count()).toBe(30);
        expect(complaints).toEqual([]);
        await page.close();
      },
    );
  });
});

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
