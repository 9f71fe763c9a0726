import { afterAll, describe, test } from "vitest";
import { type MotoEcr, startMotoEcr } from "../../test/moto-ecr.ts";
import { openRegistries } from "../index.ts";
import { describeRegistryContract } from "../testing/index.ts";

const { env } = globalThis.process;
const program = env["LATEEN_REAL_MOTO"];

let started: Promise<MotoEcr> | undefined;
afterAll(async () => await (await started)?.close());

// In CI a missing server fails; on a desk its name is in the list of what was skipped.
describe.skipIf(program === undefined && env["CI"] !== "true")("moto", () => {
  describeRegistryContract(
    "ECR of moto",
    async () => {
      started ??= startMotoEcr(program ?? "is missing");
      const { host, endpoint, env: keys, push } = await started;
      return { registry: openRegistries({ registries: { [host]: { endpoint } }, env: keys }), host, seed: push };
    },
    { describe, test },
  );
});
