import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, get, request } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { parseDigest, parseImageRef } from "../../packages/kernel/src/index.ts";
import { createOciRegistry } from "../../packages/registry/src/oci/index.ts";
import { startDockerRegistry } from "../../packages/registry/src/testing/index.ts";
import { startDelayedSocket } from "./delayed-socket.ts";
import { describeRatios, median, runProgram, type Taken } from "./run-program.ts";

const size = 96 * 1024 * 1024;
const rounds = Number(process.env["ROUNDS"] ?? 5);
/** Milliseconds in each direction. */
const delays = (process.env["DELAYS"] ?? "0,30").split(",").map(Number);

/** A program that copies an image, as a command line for a source and a target. */
export interface Copier {
  readonly name: string;
  readonly command: (source: string, target: string) => readonly string[];
}

/** Copies of an image with one layer of 96 MiB into a registry that lacks it, as whole processes, by turns; without latency and with. */
export async function measureCopies(
  copiers: (hosts: readonly string[]) => Promise<readonly Copier[]>,
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const registries = [await startDockerRegistry(), await startDockerRegistry()] as const;
  try {
    for (const delayMs of delays) {
      const sides = await Promise.all(registries.map(({ host }) => startDelayedSocket(host, delayMs)));
      const [source = "", target = ""] =
        delayMs === 0 ? registries.map(({ host }) => host) : sides.map(({ host }) => host);
      const all = (await copiers([source, target])).map((copier) => ({ copier, taken: [] as Taken[] }));
      const [ours] = all;
      if (ours === undefined) throw new Error("there is nothing to measure");
      const small = { copier: { ...ours.copier, name: `${ours.copier.name}, a small image` }, taken: [] as Taken[] };
      for (let round = 0; round <= rounds; round++) {
        // A new layer each time: skopeo remembers where it has copied one to, and mounts it.
        const digest = await pushLayer(registries[0].host);
        const little = await pushLayer(registries[0].host, 1000);
        for (const { copier, taken } of [...all, small]) {
          const name = `acme/${copier.name.replaceAll(/\W+/g, "-")}-${round}`;
          const from = `${source}/acme/big@${copier === small.copier ? little : digest}`;
          const one = await runProgram(copier.command(from, `${target}/${name}-${delayMs}:latest`), where).catch(
            (error: Error): Taken => {
              console.error(`${copier.name}: ${error.message.slice(0, 400)}`);
              return { ms: Infinity, processorMs: Infinity };
            },
          );
          // The first round fills caches.
          if (round > 0) taken.push(one);
        }
      }
      print(delayMs, all, small);
      await Promise.all(sides.map((side) => side.close()));
    }
    const digest = await pushLayer(registries[0].host);
    await barePipe(registries[0].host, digest);
    await plainSockets(registries[0].host, digest);
    hashAlone();
  } finally {
    await Promise.all(registries.map((registry) => registry.close()));
  }
}

interface Row {
  readonly copier: Copier;
  readonly taken: readonly Taken[];
}

function print(delayMs: number, all: readonly Row[], small: Row): void {
  const best = Array.from({ length: rounds }, (_, round) =>
    Math.min(...all.slice(1).map(({ taken }) => taken[round]?.ms ?? Infinity)),
  );
  console.log(
    `\n5. a copy of 96 MiB, ${delayMs} ms in each direction (median of ${rounds}; ratios to the fastest other of the same round, with their quarters)\n`,
  );
  console.log("| tool | processor, the least | wall | ratio |\n|---|---|---|---|");
  for (const { copier, taken } of [...all, small]) {
    const ratio = describeRatios(taken.map(({ ms }, round) => ms / (best[round] ?? Number.NaN)));
    const least = Math.min(...taken.map(({ processorMs }) => processorMs));
    const wall = median(taken.map(({ ms }) => ms));
    console.log(`| ${copier.name} | ${least.toFixed(0)} ms | ${wall.toFixed(0)} ms | ${ratio} |`);
  }
}

/** Maximum rate of one thread of Node: bytes from a registry through SHA-256 into a server that drops them. */
async function barePipe(host: string, digest: string): Promise<void> {
  const layer = await layerOf(host, digest);
  const sink = createServer((incoming, answer) => incoming.resume().on("end", () => answer.end()));
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  const { port } = sink.address() as AddressInfo;
  const used: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage();
    const hash = createHash("sha256");
    const outgoing = request({ port, method: "POST", headers: { "content-length": size } });
    const done = once(outgoing, "response");
    const [incoming] = (await once(get(`http://${host}/v2/acme/big/blobs/${layer}`), "response")) as [
      NodeJS.ReadStream,
    ];
    incoming.on("data", (chunk) => {
      hash.update(chunk);
      if (outgoing.write(chunk)) return;
      incoming.pause();
      outgoing.once("drain", () => incoming.resume());
    });
    incoming.on("end", () => outgoing.end());
    await done;
    if (`sha256:${hash.digest("hex")}` !== layer) throw new Error("the layer changed on the way");
    const { user, system } = process.cpuUsage(before);
    if (round > 0) used.push((user + system) / 1000);
  }
  sink.close();
  const ms = Math.min(...used);
  console.log(
    `\na bare pipe with SHA-256: ${ms.toFixed(0)} ms of processor time, the sink's included; ${(size / 1000 / ms).toFixed(0)} MB/s`,
  );
}

/** The same without an HTTP client on either side: what sockets and hashing take by themselves. */
async function plainSockets(host: string, digest: string): Promise<void> {
  const layer = await layerOf(host, digest);
  const sink = createSocketServer((socket) => void socket.resume());
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  const used: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage();
    await throughSockets(new URL(`http://${host}/v2/acme/big/blobs/${layer}`), (sink.address() as AddressInfo).port);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) used.push((user + system) / 1000);
  }
  sink.close();
  const ms = Math.min(...used);
  console.log(`the same over plain sockets: ${ms.toFixed(0)} ms; ${(size / 1000 / ms).toFixed(0)} MB/s`);
}

/** One buffer of 1 MiB is read into, hashed and written; it is read into again once it has been written. */
async function throughSockets({ hostname, port, pathname, host }: URL, sinkPort: number): Promise<void> {
  const hash = createHash("sha256");
  const outgoing = connect(sinkPort, "127.0.0.1");
  const buffer = Buffer.allocUnsafeSlow(1_048_576);
  let left = size;
  let isHead = true;
  await new Promise<void>((resolve, reject) => {
    const take = (bytes: number): boolean => {
      const start = isHead ? buffer.indexOf("\r\n\r\n") + 4 : 0;
      isHead = false;
      const piece = buffer.subarray(start, bytes);
      hash.update(piece);
      left -= piece.byteLength;
      outgoing.write(piece, () => (left === 0 ? resolve() : incoming.resume()));
      return false;
    };
    const incoming = connect({ host: hostname, port: Number(port), onread: { buffer, callback: take } });
    incoming.on("error", reject).write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
  outgoing.destroy();
}

function hashAlone(): void {
  const bytes = randomBytes(size);
  const used: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage();
    createHash("sha256").update(bytes).digest();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) used.push((user + system) / 1000);
  }
  const ms = Math.min(...used);
  console.log(`SHA-256 alone: ${ms.toFixed(0)} ms; ${(size / 1000 / ms).toFixed(0)} MB/s`);
}

async function layerOf(host: string, digest: string): Promise<string> {
  const registry = createOciRegistry({ host });
  const reading = await registry.manifest(parseImageRef(`${host}/acme/big@${digest}`));
  if (reading.kind !== "found") throw new Error("the image that was pushed is not there");
  const { layers } = JSON.parse(new TextDecoder().decode(reading.value.bytes)) as { layers: [{ digest: string }] };
  return layers[0].digest;
}

async function pushLayer(host: string, bytesOfLayer = size): Promise<string> {
  const { repository } = parseImageRef(`${host}/acme/big`);
  const { content } = createOciRegistry({ host });
  const upload = async (bytes: Uint8Array, mediaType: string) => {
    const described = { digest: digestOf(bytes), size: bytes.length };
    await content.upload(repository, described, async function* () {
      yield await Promise.resolve(bytes);
    });
    return { mediaType, ...described };
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const config = Buffer.from(
    '{"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: await upload(config, "application/vnd.oci.image.config.v1+json"),
    layers: [await upload(randomBytes(bytesOfLayer), "application/vnd.oci.image.layer.v1.tar")],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await content.store(repository, { digest: digestOf(bytes), mediaType, size: bytes.length, bytes });
  return digestOf(bytes);
}

function digestOf(bytes: Uint8Array): ReturnType<typeof parseDigest> {
  return parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
}
