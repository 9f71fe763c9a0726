import { generateKeyPairSync } from "node:crypto";
import { createGitHubForge } from "@lateen/gate/github";
import { createMemoryGraph, describeForgeContract, startGitHubFake } from "@lateen/gate/testing";
import { secret } from "@lateen/kernel";
import type { ContractRunner } from "@lateen/kernel/testing";
import { openRegistries } from "@lateen/registry";
import { describeRegistryContract, seedImage, startEcr } from "@lateen/registry/testing";

/**
 * Declares the contract suites of the adapters that stand on optional peers, over the fakes of their packages, and signs in as a GitHub App. It
 * imports nothing but published entry points, so that it runs over any version of a peer that is installed.
 */
export function describePeerSuites(runner: ContractRunner): void {
  const retry = { firstDelayMs: 1, attempts: 3 };
  describeForgeContract(
    "GitHub over Octokit",
    async (options) => {
      const fake = await startGitHubFake(options);
      const { api, repository, url } = fake;
      return { fake, connect: (token) => createGitHubForge({ url, api, repository, token, retry }) };
    },
    runner,
  );

  runner.test("signs in as a GitHub App", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const graph = createMemoryGraph();
    const sha = graph.add({ message: "Sell umbrellas" });
    const fake = await startGitHubFake({ graph, app: { appId: 1234, installationId: 77, publicKey } });
    const { api, repository, url } = fake;
    try {
      const forge = createGitHubForge({
        url,
        api,
        repository,
        app: { appId: 1234, privateKey: secret(privateKey) },
        retry,
      });
      const head = await forge.head("main");
      if (head.kind !== "found" || head.value !== sha) throw new Error(JSON.stringify(head));
    } finally {
      await fake.close();
    }
  });

  const ecr = startEcr({ createOnPush: true });
  describeRegistryContract(
    "ECR over the AWS SDK",
    async () => {
      const fake = await ecr;
      const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "not-a-real-key" };
      const registries = { [fake.host]: { endpoint: fake.url } };
      return {
        registry: openRegistries({ registries, env }),
        host: fake.host,
        seed: (recipe) => seedImage(fake, recipe),
      };
    },
    runner,
  );
  runner.describe("the end of the peers", () => {
    runner.test("closes what was started", async () => (await ecr).close());
  });
}
