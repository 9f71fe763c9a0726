import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A page that is scraped once a second. */
export interface ScrapeTarget {
  readonly job: string;
  readonly url: string;
}

/** A real Prometheus on a free port of loopback. */
export interface RealPrometheus {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the program `prometheus`; it is ready when this resolves, and has scraped nothing yet. */
export async function startRealPrometheus(program: string, targets: readonly ScrapeTarget[]): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-prometheus-"));
  const jobs = targets.map(({ job, url }) => {
    const { host, pathname } = new URL(url);
    return `  - { job_name: ${job}, metrics_path: ${pathname}, static_configs: [{ targets: ["${host}"] }] }\n`;
  });
  const config = join(folder, "prometheus.yml");
  await writeFile(config, `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${jobs.join("")}`);
  const address = `127.0.0.1:${await freePort()}`;
  const places = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const child = spawn(program, places, { stdio: "ignore" });
  const ended = once(child, "exit");
  const url = `http://${address}`;
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    async close() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
