import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseDigest, parseImageRef } from "../../packages/kernel/src/index.ts";
import { createOciRegistry } from "../../packages/registry/src/oci/index.ts";
import { startDockerRegistry } from "../../packages/registry/src/testing/index.ts";

/** Folder and environment of a program. */
interface Where {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A layer of 2 GB between two registries; the peak is what the kernel says of the finished process. */
export async function measureMemory(retag: readonly string[], where: Where): Promise<void> {
  const other = await startDockerRegistry();
  const source = await startDockerRegistry();
  try {
    const size = 2 * 1024 * 1024 * 1024;
    const digest = await pushLayer(source.host, size);
    const begun = performance.now();
    const peak = await peakOf([...retag, `${source.host}/acme/big@${digest}`, `${other.host}/acme/big:latest`], where);
    console.log(
      `\n4. copy of ${size / 1024 ** 3} GB between registries: peak memory ${(peak / 1024).toFixed(0)} MB, ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
  } finally {
    await Promise.all([other.close(), source.close()]);
  }
}

async function pushLayer(host: string, size: number): Promise<string> {
  const chunk = Buffer.alloc(1024 * 1024, 7);
  const hash = createHash("sha256");
  for (let sent = 0; sent < size; sent += chunk.length) hash.update(chunk);
  const layer = { digest: parseDigest(`sha256:${hash.digest("hex")}`), size };
  const { repository } = parseImageRef(`${host}/acme/big`);
  const { content } = createOciRegistry({ host });
  await content.upload(repository, layer, () => repeat(chunk, size / chunk.length));
  const config = Buffer.from(
    '{"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const described = { digest: digestOf(config), size: config.length };
  await content.upload(repository, described, () => repeat(config, 1));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...described },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
    }),
  );
  await content.store(repository, { digest: digestOf(bytes), mediaType, size: bytes.length, bytes });
  return digestOf(bytes);
}

function digestOf(bytes: Buffer): ReturnType<typeof parseDigest> {
  return parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
}

async function* repeat(chunk: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < times; count++) yield await Promise.resolve(chunk);
}

/** The greatest VmHWM of a process in kB, read until it ends. */
async function peakOf(command: readonly string[], where: Where): Promise<number> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { ...where, stdio: ["ignore", "ignore", "inherit"] });
  let peak = 0;
  const timer = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, "utf8")
      .then((text) => (peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0))))
      .catch(() => undefined);
  }, 50);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`the copy ended with ${String(code)}`);
  return peak;
}
