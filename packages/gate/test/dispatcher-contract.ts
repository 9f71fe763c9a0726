import { createHttp, createSender, type Secret } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "../src/dispatch/create-dispatcher.ts";

/** A forge with one repository, for the contract of the dispatcher. */
export interface DispatchWorld {
  readonly kind: "github" | "gitea";
  readonly api: string;
  readonly repository: string;
  readonly token: Secret;
  /** Adds a workflow file to the branch `main`. */
  addWorkflow(file: string, text: string): Promise<void>;
  disable(file: string): Promise<void>;
  close(): Promise<void>;
}

const workflow = `name: e2e
run-name: e2e \${{ inputs.lateen_check }}
on:
  workflow_dispatch:
    inputs:
      lateen_check: { required: false }
      target: { required: true }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ inputs.target }}"
`;

/** Contract of the dispatcher that a check by workflow relies on, against a fake forge or a real one. */
export function describeDispatcherContract(name: string, start: () => Promise<DispatchWorld>): void {
  describe(`the dispatcher on ${name}`, () => {
    let world: DispatchWorld;
    let forge: Dispatcher;
    beforeAll(async () => {
      world = await start();
      await world.addWorkflow("e2e.yml", workflow);
      await world.addWorkflow("off.yml", workflow.replace("name: e2e", "name: off"));
      await world.disable("off.yml");
      forge = createDispatcher({ ...world, http: createHttp({ send: createSender(() => import("undici")) }) });
    }, 120_000);
    afterAll(() => world.close());

    const orderOf = (correlation: string, more: { readonly file?: string; readonly ref?: string } = {}) => ({
      file: "e2e.yml",
      ref: "main",
      inputs: { target: "t1", lateen_check: correlation },
      correlation,
      ...more,
    });

    it("knows a workflow, one that is disabled, and one that is not there", async () => {
      expect(await forge.stateOf("e2e.yml")).toEqual({ kind: "found", value: "active" });
      expect(await forge.stateOf("off.yml")).toEqual({ kind: "found", value: "disabled_manually" });
      expect(await forge.stateOf("none.yml")).toMatchObject({ kind: "absent" });
    });

    it("finds the run that it started by its id and by its correlation, while newer ones wait", async () => {
      const [first, second] = [orderOf("lateen-first"), orderOf("lateen-second")];
      const sent = await forge.dispatch(first);
      expect(sent).toMatchObject({ kind: "found", value: expect.any(Number) });
      await forge.dispatch(second);
      const id = sent.kind === "found" ? sent.value : undefined;
      for (const known of [id, undefined])
        expect(await forge.run(first, known)).toMatchObject({ kind: "found", value: { id, state: "pending" } });
      expect(await forge.run(orderOf("lateen-nowhere"), undefined)).toMatchObject({ kind: "absent" });
      expect(await forge.run(first, 999_999)).toMatchObject({ kind: "absent" });
    });

    it.each([
      ["a workflow", { file: "none.yml" }],
      ["a branch", { ref: "nowhere" }],
    ])("starts nothing of %s that is not there", async (_, more) => {
      const order = orderOf("lateen-not-there", more);
      expect(await forge.dispatch(order)).toMatchObject({ kind: "absent" });
      expect(await forge.run(order, undefined)).toMatchObject({ kind: "absent" });
    });

    it("starts nothing that is disabled", async () => {
      const order = orderOf("lateen-off", { file: "off.yml" });
      expect(await forge.dispatch(order)).toMatchObject({ kind: "unknown", cause: { retryable: false } });
      expect(await forge.run(order, undefined)).toMatchObject({ kind: "absent" });
    });
  });
}
