import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { parseDigest, parseImageRef, type ReleaseError } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createEcrRegistry } from "../ecr/create-ecr-registry.ts";
import { createOciRegistry } from "../oci/index.ts";
import { type FakeRegistry, seedImage, startEcr, startRegistry } from "../testing/index.ts";

// A name server that changes its answer between check and use. The registries are on this machine, so a name that leads to this machine
// is allowed; one that leads to the metadata service of a cloud is not. Every place that takes an address from an answer is tried.

const clock = createScaledClock({ factor: 20 });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

/** A host that counts its connections and says nothing; and a resolver that gives one answer after the other, the last one forever. */
async function rebinding(answers: readonly string[]) {
  const connections: number[] = [];
  const server: Server = createServer((socket) => {
    connections.push(connections.length + 1);
    socket.on("error", () => undefined).destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const asked: string[] = [];
  const lookup = async (hostname: string) => {
    if (hostname !== "moving.example.com") return await Promise.resolve(["127.0.0.1"]);
    asked.push(hostname);
    return await Promise.resolve([answers[Math.min(asked.length, answers.length) - 1] ?? ""]);
  };
  return { address: `https://moving.example.com:${port}/x`, lookup, connections, asked };
}

type Stage = Awaited<ReturnType<typeof rebinding>>;
const recipe = { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) };

async function registry(options: Parameters<typeof startRegistry>[0] = {}): Promise<FakeRegistry> {
  const fake = await startRegistry(options);
  closing.push(fake.close);
  return fake;
}

const digestOf = (bytes: Uint8Array) => parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);

/** Everything that is said of an error, its causes included. */
function textOf(ended: unknown): string {
  const { message = "", cause } = (ended ?? {}) as Partial<ReleaseError>;
  return cause === undefined ? message : `${message}; ${textOf(cause)}`;
}

const places: readonly {
  readonly place: string;
  readonly isCheckedTwice?: false;
  readonly act: (stage: Stage) => Promise<unknown>;
}[] = [
  {
    place: "a redirect",
    async act({ address, lookup }) {
      const fake = await registry();
      await seedImage(fake, recipe);
      const location = { headers: { location: address } };
      fake.misbehave({ when: () => true, fault: { kind: "answer", status: 307, ...location } });
      return createOciRegistry({ host: fake.host, clock, lookup }).resolve(
        parseImageRef(`${fake.host}/acme/platform:one`),
      );
    },
  },
  {
    place: "a token realm",
    async act({ address, lookup }) {
      const fake = await registry({ auth: { users: { robot: "s3cret" }, realm: address } });
      await seedImage(fake, recipe);
      return createOciRegistry({ host: fake.host, clock, lookup }).resolve(
        parseImageRef(`${fake.host}/acme/platform:one`),
      );
    },
  },
  {
    place: "the address of an upload",
    async act({ address, lookup }) {
      const fake = await registry();
      const fault = { kind: "headers", headers: { location: address } } as const;
      fake.misbehave({ when: ({ method, path }) => method === "POST" && path.includes("/uploads/"), fault });
      const { content } = createOciRegistry({ host: fake.host, clock, lookup });
      const bytes = new TextEncoder().encode("a blob");
      return content.upload(
        parseImageRef(`${fake.host}/acme/mirror`).repository,
        { digest: digestOf(bytes), size: bytes.length },
        async function* () {
          yield await Promise.resolve(bytes);
        },
      );
    },
  },
  {
    place: "the storage of ECR",
    // Its name is judged at the connection alone, so there is no answer before that.
    isCheckedTwice: false,
    async act({ address, lookup }) {
      const ecr = await startEcr({ repositories: { "acme/platform": {} } });
      closing.push(() => ecr.close());
      await seedImage(ecr, recipe);
      ecr.misbehave({
        operation: "GetDownloadUrlForLayer",
        fault: { kind: "output", change: () => ({ downloadUrl: address }) },
      });
      const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "very-secret-key-of-the-test" };
      const ecrRegistry = createEcrRegistry({ host: ecr.host, entry: { endpoint: ecr.url }, env, clock, lookup });
      return ecrRegistry.details(parseImageRef(`${ecr.host}/acme/platform:one`));
    },
  },
];

describe.each(places)("a name in $place", ({ act, isCheckedTwice = true }) => {
  test("that leads elsewhere at the connection than at the check is not connected to", async () => {
    const stage = await rebinding([...(isCheckedTwice ? ["127.0.0.1"] : []), "169.254.169.254"]);
    const ended = await act(stage).catch((error: unknown) => error);
    expect(textOf(ended)).toMatch(/ADDRESS_REFUSED|link-local/);
    expect(stage.connections).toEqual([]);
  });

  test("that stays is connected to", async () => {
    const stage = await rebinding(["127.0.0.1"]);
    await act(stage).catch(() => undefined);
    expect(stage.connections.length).toBeGreaterThan(0);
  });
});
