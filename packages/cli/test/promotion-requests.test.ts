import { createFakeClock } from "@lateen/kernel/testing";
import { parseCommitSha, parseImageRef, secret, type Sender, systemClock } from "@lateen/kernel";
import { promote } from "@lateen/promote";
import { createMemoryHistory, createMemoryLedger } from "@lateen/promote/testing";
import { openRegistries } from "@lateen/registry";
import { senderOf } from "@lateen/registry/sender";
import { type FakeRegistry, seedImage, startRegistry } from "@lateen/registry/testing";
import { afterEach, expect, test } from "vitest";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const password = "registry-password";

/** Sends what waits together once nothing more comes: each such round is one sequential round trip. */
function inRounds(send: Sender): { readonly send: Sender; rounds(): number } {
  let rounds = 0;
  const waiting: (() => void)[] = [];
  let armed: NodeJS.Timeout | undefined;
  const release = (): void => {
    rounds++;
    for (const go of waiting.splice(0)) go();
  };
  return {
    rounds: () => rounds,
    async send(url, init) {
      clearTimeout(armed);
      armed = setTimeout(release, 60);
      await new Promise<void>((go) => waiting.push(go));
      return await send(url, init);
    },
  };
}

interface Promotion {
  readonly images: number;
  readonly platforms: readonly string[];
  readonly pinned: boolean;
  readonly tokens: "jwt" | "opaque";
}

/** Promotes over two registries, the second time: what the first left behind is what there is to be moved. */
async function promoteTwice({ images: count, platforms, pinned, tokens }: Promotion): Promise<{
  readonly requests: readonly string[];
  readonly rounds: number;
}> {
  const auth = { users: { robot: password }, tokens };
  const sides = await Promise.all([startRegistry({ auth }), startRegistry({ auth })]);
  closing.push(...sides.map(({ close }) => close));
  const [history, ledger] = [createMemoryHistory(), createMemoryLedger()];
  const names = Array.from({ length: count }, (_, at) => `acme/image-${at}`);
  let counted: ReturnType<typeof inRounds> | undefined;
  for (const name of ["first", "second"]) {
    const commit = parseCommitSha(history.commit(name));
    const tag = `staging-${commit.slice(0, 7)}`;
    for (const side of sides)
      for (const repository of names)
        await seedImage(side, {
          repository,
          tags: [tag],
          revision: commit,
          platforms,
          content: `${repository} ${name}`,
        });
    for (const side of sides) side.requests.length = 0;
    counted = inRounds(senderOf({}, {}));
    const entry = { username: "robot", password: secret(password), insecure: true };
    const registries = Object.fromEntries(sides.map(({ host }) => [host, entry]));
    const verdict = await promote(
      {
        release: { sha: commit, digests: {} },
        branch: "main",
        images: sides.flatMap(({ host }) =>
          names.map((path) => ({ repository: parseImageRef(`${host}/${path}`).repository, candidate: tag })),
        ),
        tags: ["latest"],
        ...(pinned ? { pin: `release-${commit.slice(0, 12)}` } : {}),
        actor: "test",
      },
      {
        tags: openRegistries({ registries, send: counted.send, clock: systemClock }),
        history,
        ledger,
        clock: createFakeClock({ auto: true }),
        report: () => undefined,
      },
    );
    expect(verdict).toMatchObject({ kind: "go" });
  }
  return { requests: requestsOf(sides), rounds: counted?.rounds() ?? 0 };
}

function requestsOf(sides: readonly FakeRegistry[]): readonly string[] {
  return sides.flatMap(({ requests }) =>
    requests.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{64}/, "…")}`),
  );
}

/** An image without an index. */
const one: readonly string[] = [];
const two = ["linux/amd64", "linux/arm64"];

// A repository costs eight requests: candidate, tag and pin are read, the right to push is proven, pin and tag are written and read back;
// five without a pin. To these come a challenge of each registry, tokens, and what states the revision: a config for each image, and
// for an index its manifests in each registry as well. A ledger on a git server takes seven more.
test.each([
  { images: 2, platforms: one, pinned: true, tokens: "opaque", requests: 4 * 8 + 2 + 4 + 2 },
  { images: 2, platforms: two, pinned: false, tokens: "opaque", requests: 4 * 5 + 2 + 4 + 8 + 4 },
  { images: 2, platforms: two, pinned: true, tokens: "jwt", requests: 4 * 8 + 2 + 4 + 8 + 4 },
  { images: 20, platforms: one, pinned: true, tokens: "jwt", requests: 40 * 8 + 2 + 2 + 20 },
  { images: 20, platforms: one, pinned: true, tokens: "opaque", requests: 40 * 8 + 2 + 2 + 40 + 20 },
  { images: 20, platforms: two, pinned: false, tokens: "jwt", requests: 40 * 5 + 2 + 2 + 80 + 40 },
] as const)(
  "$images images × 2 registries, platforms $platforms, pinned: $pinned, $tokens tokens: $requests requests",
  async ({ requests: wanted, ...promotion }) => {
    const { requests, rounds } = await promoteTwice(promotion);
    expect(requests.length, requests.toSorted().join("\n")).toBe(wanted);
    // 401, token, read, (children,) configs, proof, pins, tags, read back. Of many images a busy machine makes several rounds of one.
    if (promotion.images === 2) expect(rounds).toBeLessThanOrEqual(promotion.platforms === one ? 9 : 10);
  },
);
