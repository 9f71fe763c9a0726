import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "./folder.ts";
import { root, runHere } from "./run-lateen.ts";
import { startWorld } from "./world.ts";

const executablePath = process.env["LATEEN_REAL_CHROMIUM"];
/** Kept with the output of the tests, for people to look at. */
const pictures = join(root, "coverage/report");
/** A phone, and a laptop. */
const widths = [390, 1280] as const;
const hostile = `</style></script><script>document.title="owned"</script><img src=x onerror=document.title='owned'>"'><b>bold`;

/** A page that was opened, with everything that a page may not do. */
interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

interface Contrasts {
  readonly paper: "light" | "dark";
  readonly texts: number;
  readonly poor: readonly string[];
}

describe.skipIf(executablePath === undefined)("the report in a browser", () => {
  const folder = createFolder();
  let browser: Browser;
  let slugs: readonly string[] = [];
  let halt: readonly string[] = [];

  beforeAll(async () => {
    // --no-sandbox: containers run as root, and nothing but these pages is opened.
    mkdirSync(pictures, { recursive: true });
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox", "--disable-gpu"] });
    const world = await startWorld({ size: 12 });
    world.plane.treat("t5", "skips");
    const sha = world.commits[1] ?? "";
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: folder.write("summary.md", "") };
    const ran = await world.lateen(["ship", "--sha", sha, "--result-file", "result.json"], { env });
    expect(ran.code).toBe(5);
    halt = linesOfHalt(`${ran.stdout}\n${ran.stderr}`);
    folder.write("summary.html", await pageOfSummary(folder.read("summary.md")));
    slugs = ["canary-a", ...Array.from({ length: 11 }, (_, index) => `t${index + 1}`)];
    await world.lateen(["report", "result.json", "--out", "halted.html"]);
    folder.write("halted.html", world.folder.read("halted.html"));
    await world.close();
    folder.write("hostile.ndjson", hostileEvents.map((line) => JSON.stringify(line)).join("\n"));
    folder.write("several.json", JSON.stringify(severalTargets));
    await runHere(["report", "several.json", "--out", "several.html"], { cwd: folder.path });
    await runHere(["report", "hostile.ndjson", "--out", "hostile.html"], { cwd: folder.path });
  });
  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  async function open(file: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Opened> {
    const page = await browser.newPage(options);
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(`${folder.path}/${file}`).href, { waitUntil: "load" });
    return { page, complaints, requests };
  }

  test("sends no request, writes nothing to the console, and shows every tenant", async () => {
    const { page, complaints, requests } = await open("halted.html");
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [page.url()] });
    expect(slugs).toHaveLength(12);
    for (const slug of slugs)
      await expect(page.locator("#timeline").getByText(slug, { exact: true }).isVisible()).resolves.toBe(true);
    expect(await page.locator("h1").innerText()).toMatch(/^halted [0-9a-f]{40}$/);
    expect(await page.locator(".lane.bad b").allInnerTexts()).toEqual(["t5"]);
    await page.close();
  });

  test.each([
    ["light", "halted.html", 50],
    ["dark", "halted.html", 50],
    ["light", "several.html", 20],
    ["dark", "several.html", 20],
  ] as const)("is readable in %s: %s", async (colorScheme, file, least) => {
    const { page } = await open(file, { colorScheme });
    const contrasts = await page.evaluate<Contrasts>(contrastsOfPage);
    expect(contrasts.paper).toBe(colorScheme);
    expect(contrasts.texts).toBeGreaterThan(least);
    // WCAG 2.2, 1.4.3: https://www.w3.org/TR/WCAG22/#contrast-minimum
    expect(contrasts.poor).toEqual([]);
    await page.close();
  });

  test.each(widths.flatMap((width) => ["halted.html", "summary.html"].map((file) => ({ file, width }))))(
    "a halt is seen without a scroll to the side: $file at $width pixels",
    async ({ file, width }) => {
      const { page } = await open(file, { viewport: { width, height: 900 } });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(halt).toHaveLength(3);
      for (const line of halt) {
        const shown = page.getByText(line).first();
        expect({ line, isShown: await shown.isVisible() }).toEqual({ line, isShown: true });
        // All three are on the first screen.
        const { y = Infinity, height = 0 } = (await shown.boundingBox()) ?? {};
        expect({ line, isOnTop: y + height < 900 }).toEqual({ line, isOnTop: true });
      }
      const picture = join(pictures, `${file.replace(".html", "")}-${width}.png`);
      await page.screenshot({ path: picture, fullPage: true });
      expect(statSync(picture).size).toBeGreaterThan(10_000);
      await page.close();
    },
  );

  test("fits a telephone, and keys open what is folded", async () => {
    const { page } = await open("halted.html", { viewport: { width: 360, height: 700 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.locator("#raw pre").first().isVisible()).toBe(false);
    await page.locator("#raw summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#raw pre").first().isVisible()).toBe(true);
    await page.close();
  });

  test("keeps the words of a table whole on a telephone: the table scrolls, the page does not", async () => {
    const { page } = await open("several.html", { viewport: { width: 360, height: 700 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    const heights = await page.evaluate<number[]>(
      "[...document.querySelectorAll('tbody tr')].map((row) => row.offsetHeight)",
    );
    expect(heights).toHaveLength(5);
    expect(Math.max(...heights)).toBeLessThan(120);
    expect(await page.locator("#targets").innerText()).toMatch(/next\s+held\s+✗ not committed/);
    await page.close();
  });

  test("prints with its decisions unfolded and without the raw data", async () => {
    const { page } = await open("halted.html");
    const folded = page.locator("#decisions details:not([open]) li").first();
    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#raw").isVisible()).toBe(false);
    expect(await folded.isVisible()).toBe(true);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.close();
  });

  test("shows hostile names as text, and follows no address that runs", async () => {
    const { page, complaints, requests } = await open("hostile.html");
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [page.url()] });
    expect(await page.title()).toMatch(/^halted/);
    expect(await page.locator("script, img, iframe, [onerror]").count()).toBe(0);
    expect(await page.locator("#timeline .lane b").allInnerTexts()).toEqual([hostile]);
    expect(await page.locator("#targets tbody tr b").allInnerTexts()).toEqual([hostile, hostile]);
    const links = await page.evaluate("[...document.links].map((one) => one.protocol)");
    expect(links).toEqual(["https:"]);
    await page.close();
  });
});

/** The three lines after a halt, as the terminal has them. */
function linesOfHalt(answer: string): readonly string[] {
  return answer
    .split("\n")
    .filter((line) => /^(?:what broke|last said|next): /.test(line))
    .map((line) => line.replace(/^next: /, ""));
}

interface Renderer {
  createMarkdownRenderer(folder: string): Promise<{ render(text: string): string }>;
}

/** The summary as a forge shows it: Markdown with tables and code that scroll within themselves. Source: github-markdown-css. */
async function pageOfSummary(text: string): Promise<string> {
  const vitepress = join(root, "apps/docs/node_modules/vitepress/dist/node/index.js");
  const { createMarkdownRenderer } = (await import(pathToFileURL(vitepress).href)) as Renderer;
  const style = `body { margin: 16px; font: 16px/1.5 sans-serif; overflow-wrap: break-word }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0 }
td, th { padding: 6px 13px; border: 1px solid #d1d9e0 } pre { overflow: auto }`;
  const body = (await createMarkdownRenderer(root)).render(text);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>${style}</style><body>${body}</body></html>`;
}

const at = "2026-01-01T00:00:00.000Z";
const hostileEvents: readonly object[] = [
  { type: "version", schemaVersion: 1 },
  { type: "wave-started", wave: hostile, stage: hostile, slugs: [hostile], canary: true, at },
  { type: "tenants-posted", slugs: [hostile], wave: hostile, call: 1, attempt: 1, at },
  { type: "tenant-failed", slug: hostile, reason: hostile, at: "2026-01-01T00:00:05.000Z" },
  {
    type: "result",
    outcome: "halted",
    reason: hostile,
    commit: hostile,
    gate: {
      verdict: hostile,
      checks: [
        { name: "runs", state: "success", url: "javascript:document.title='owned'" },
        { name: "data", state: "success", url: "data:text/html,<script>1</script>" },
        { name: "good", state: "success", url: "https://git.example.com/\"onmouseover=\"document.title='owned'" },
      ],
    },
    fleet: {
      enumerated: 1,
      tenants: [{ slug: hostile, verdict: hostile, wave: hostile, before: hostile, after: hostile }],
    },
    targets: [
      { name: hostile, state: hostile, committed: true, tags: [hostile], ledger: { entry: hostile, position: 1 } },
      { name: hostile, state: "held", committed: false, tags: [hostile], reason: hostile },
      { name: 5, state: "held" },
    ],
    next: [hostile],
    images: [{ repository: hostile, tags: [{ tag: hostile, action: hostile, before: hostile, after: hostile }] }],
    evidence: [{ rule: hostile, verdict: hostile, fact: hostile, source: "javascript:alert(1)", at: hostile }],
  },
];

const tagsOf = (tag: string, action: string): object => ({
  tag,
  action,
  before: `sha256:${"b".repeat(64)}`,
  after: `sha256:${"a".repeat(64)}`,
});
const severalTargets: object = {
  schemaVersion: 1,
  command: "ship",
  outcome: "partial",
  reason: "default is committed, but next is not (held: the kill switch is on)",
  commit: "c".repeat(40),
  next: [`lateen ship --sha ${"c".repeat(40)}`],
  targets: [
    {
      name: "default",
      state: "shipped",
      committed: true,
      tags: ["latest"],
      ledger: { entry: "e".repeat(40), position: 7 },
    },
    { name: "next", state: "held", committed: false, tags: ["next", "next-eu"], reason: "the kill switch is on" },
  ],
  images: [
    {
      repository: "registry.example.com/acme/platform-tenant",
      tags: [tagsOf("latest", "moved"), tagsOf("next", "unchanged"), tagsOf("next-eu", "unchanged")],
    },
  ],
};

/** Evaluated in the page: which texts have less contrast than 4.5 with what is behind them. */
const contrastsOfPage = String.raw`(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const over = (colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  };
  const behind = (element) => (element === null ? [] : [...behind(element.parentElement), getComputedStyle(element).backgroundColor]);
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
  const shown = [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility() && hasText(one));
  const poor = shown.flatMap((one) => {
    const back = behind(one);
    const [text, ground] = [over([...back, getComputedStyle(one).color]), over(back)];
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    return contrast < 4.5 ? [contrast.toFixed(2) + ": " + one.textContent.slice(0, 40)] : [];
  });
  return { paper: over(behind(document.body)) > 0.5 ? "light" : "dark", texts: shown.length, poor };
})()`;
