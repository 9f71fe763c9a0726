// A control plane that rolls its own fleet: tenants in PostgreSQL, the redeploy-fleet contract, and the service in this very process.
//
//   node server.ts   with DATABASE_URL, CP_ADMIN_API_TOKEN, SERVICE_TOKEN and PORT
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { loadConfig } from "@lateen/cli/pipeline";
import { redeployRequest, type redeployResponse } from "@lateen/fleet/schema";
import { createService } from "@lateen/service";
import pg from "pg";
import type { z } from "zod";

type Answer = z.infer<typeof redeployResponse>;

const { DATABASE_URL = "", CP_ADMIN_API_TOKEN = "", SERVICE_TOKEN = "", PORT = "8080" } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool.query(`create table if not exists tenant (slug text primary key, sha text not null, moved_at timestamptz)`);

/** Replaces the container of one tenant. Here that is a row; there it is a call of an orchestrator that answers when it is done. */
async function replaceContainer(slug: string, sha: string): Promise<boolean> {
  const { rowCount } = await pool.query(`update tenant set sha = $2, moved_at = now() where slug = $1`, [slug, sha]);
  return rowCount === 1;
}

/** The commit of a tag: of images that CI tags with the commit, the tag itself. */
const commitOf = (tag: string): string | undefined => /^commit-([0-9a-f]{40})$/.exec(tag)?.[1];

/** `POST /cp/admin/tenants/redeploy-fleet`: a dry run lists the tenants, a call moves exactly those that it names. */
async function redeploy(body: unknown): Promise<{ readonly status: number; readonly answer: Answer }> {
  const request = redeployRequest.safeParse(body);
  if (!request.success) return { status: 400, answer: { ok: false, results: [], error: "not a redeploy request" } };
  const { target_tag: tag, dry_run: isPlan, only_slugs: only } = request.data;
  const sha = commitOf(tag);
  if (sha === undefined)
    return { status: 400, answer: { ok: false, results: [], error: `no commit has the tag ${tag}` } };
  const { rows } = await pool.query<{ slug: string }>(`select slug from tenant order by slug`);
  const slugs = rows.map(({ slug }) => slug);
  if (isPlan) return { status: 200, answer: { ok: true, results: slugs.map((slug) => ({ slug })) } };
  // Fleet-wide intent is not guessed: a call that names no one moves no one.
  if (only === undefined) return { status: 400, answer: { ok: false, results: [], error: "only_slugs is missing" } };
  const results = await Promise.all(
    only.map(async (slug) => {
      const isMoved = await replaceContainer(slug, sha);
      return isMoved
        ? { slug, healthz_ok: true, verified_on_target: true }
        : { slug, error: "there is no such tenant" };
    }),
  );
  return { status: 200, answer: { ok: results.every((row) => !("error" in row)), results } };
}

/** `GET /t/{slug}/buildinfo`: what the tenant itself says that it runs, which is the proof. */
async function buildinfo(slug: string): Promise<{ readonly status: number; readonly answer: object }> {
  const { rows } = await pool.query<{ sha: string }>(`select sha from tenant where slug = $1`, [slug]);
  return rows[0] === undefined ? { status: 404, answer: {} } : { status: 200, answer: { git_sha: rows[0].sha } };
}

// A new address after each start would be another fleet for the journal, so the port is fixed.
const settings = await loadConfig({ cwd: import.meta.dirname, env: process.env });
const service = await createService({
  database: DATABASE_URL,
  fleets: { default: { settings } },
  tokens: [{ role: "admin", name: "portal", token: SERVICE_TOKEN }],
  env: process.env,
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const slug = /^\/t\/([a-z0-9-]+)\/buildinfo$/.exec(pathname)?.[1];
  if (slug !== undefined) {
    const { status, answer: body } = await buildinfo(slug);
    return send(response, status, body);
  }
  if (pathname === "/cp/admin/tenants/redeploy-fleet") {
    if (request.headers.authorization !== `Bearer ${CP_ADMIN_API_TOKEN}`) return send(response, 401, { ok: false });
    const { status, answer: body } = await redeploy(JSON.parse((await read(request)).toString() || "null"));
    return send(response, status, body);
  }
  // Everything else is the service's: its API under /v1, and its page.
  const { method = "GET" } = request;
  const init = method === "GET" || method === "HEAD" ? {} : { body: await read(request) };
  const served = await service.fetch(
    new Request(`http://localhost${request.url ?? "/"}`, { method, headers: headersOf(request), ...init }),
  );
  response.writeHead(served.status, Object.fromEntries(served.headers));
  for await (const chunk of served.body ?? []) response.write(chunk);
  response.end();
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** At most 1 MiB: nothing here is larger. */
async function read(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > 1_048_576) throw new Error("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    if (response.headersSent) response.destroy();
    else send(response, 500, { ok: false, results: [] });
  });
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));
process.on("SIGTERM", () => {
  server.close();
  // Calls in flight settle, and what is unfinished is continued after the next start.
  void service.close().then(() => pool.end());
});
