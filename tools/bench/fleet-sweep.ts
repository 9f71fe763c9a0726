// One sweep in a process of its own, so that its peak memory is its own: `verify` with lateen, or a loop of undici.
import { createSender, found, parseCommitSha, parseSlug, systemClock } from "../../packages/kernel/src/index.ts";
import { createProber } from "../../packages/fleet/src/http/index.ts";
import { verifyFleet } from "../../packages/fleet/src/index.ts";

const [kind = "", url = "", sha = "", count = "10000"] = process.argv.slice(2);
const slugs = Array.from({ length: Number(count) }, (_, index) => parseSlug(`t-${index}`));

async function sweep(): Promise<void> {
  const verdict = await verifyFleet(
    {
      release: { sha: parseCommitSha(sha), digests: {}, tag: "bench" },
      policy: { verify: { intervalMs: 2_000, timeoutMs: 240_000 } },
    },
    {
      controlPlane: { enumerate: async () => found(slugs.map((slug) => ({ slug, plane: "bench" }))) },
      prober: createProber({
        url: `${url}/{slug}/buildinfo`,
        send: createSender(() => import("undici"), { maxSockets: 256 }),
      }),
      clock: systemClock,
    },
  );
  if (verdict.kind !== "go" || verdict.value.verified !== slugs.length)
    throw new Error("the sweep has not verified everybody");
}

/** The same requests with nothing around them: two looks of three, each on a connection of its own, or on connections that are kept. */
async function bare(isKept: boolean): Promise<void> {
  const { Agent, request } = await import("undici");
  const dispatcher = new Agent({ connections: 256 });
  const queue = Array.from({ length: 6 }, () => slugs)
    .flat()
    .values();
  const worker = async () => {
    for (const slug of queue) {
      const { body } = await request(`${url}/${slug}/buildinfo`, { dispatcher, reset: !isKept });
      if ((JSON.parse(await body.text()) as { git_sha: string }).git_sha !== sha) throw new Error("another commit");
    }
  };
  await Promise.all(Array.from({ length: 256 }, worker));
}

const started = performance.now();
await (kind === "lateen" ? sweep() : bare(kind === "kept"));
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage();
const processor = (user + system) / 1e6;
console.log(JSON.stringify({ seconds, processor, megabytes: process.resourceUsage().maxRSS / 1_024 }));
process.exit(0);
