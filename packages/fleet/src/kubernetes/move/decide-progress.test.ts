import { expect, test } from "vitest";
import { progressRows } from "../../../test/tables/decide-progress.table.ts";
import { workload } from "../api/wire.ts";
import { decideProgress } from "./decide-progress.ts";

const images = { revision: "b", containers: { app: "r@new" }, initContainers: {} };

test.each(progressRows)(
  "a $kind with $when: $progress",
  ({ kind, metadata, spec, status, partition = 0, progress }) => {
    const template = {
      metadata: { annotations: { revision: "b" } },
      spec: { containers: [{ name: "app", image: "r@new" }] },
    };
    const object = workload.parse({
      metadata: { name: "web", namespace: "t1", uid: "u", resourceVersion: "1", generation: 2, ...metadata },
      spec: { replicas: 3, selector: {}, template, ...spec },
      status: { observedGeneration: 2, ...status },
    });
    const facts = { kind, workload: object, wanted: { ...images, partition }, annotation: "revision", generation: 2 };
    expect(decideProgress(facts).kind).toBe(progress);
  },
);
