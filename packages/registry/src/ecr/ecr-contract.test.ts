import { afterAll, beforeAll, describe, test } from "vitest";
import { openRegistries } from "../index.ts";
import { describeRegistryContract, seedImage, startEcr } from "../testing/index.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";

let ecr: FakeEcr;
beforeAll(async () => void (ecr = await startEcr({ createOnPush: true })));
afterAll(() => ecr.close());

describeRegistryContract(
  "ECR",
  async () => ({
    registry: openRegistries({
      registries: { [ecr.host]: { endpoint: ecr.url } },
      env: { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "not-a-real-key" },
    }),
    host: ecr.host,
    seed: (recipe) => seedImage(ecr, recipe),
  }),
  { describe, test },
);
