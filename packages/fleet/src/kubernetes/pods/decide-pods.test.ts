import { parseCommitSha, parseDigest } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Pod, pod as podSchema } from "../api/wire.ts";
import { decidePods, type PodFacts } from "./decide-pods.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
const repository = "ghcr.io/acme/platform";
const [old, fresh] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
const release = { sha: parseCommitSha(b), digests: { [repository]: parseDigest(fresh) } };

interface PodDraft {
  readonly revision?: string | undefined;
  readonly image?: string;
  readonly imageID?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly ending?: boolean;
  readonly waiting?: string;
}

function podOf(draft: PodDraft = {}): Pod {
  const { revision = b, image = `${repository}@${fresh}`, ready = true, phase = "Running", ending, waiting } = draft;
  const imageID = draft.imageID ?? image;
  return podSchema.parse({
    metadata: {
      name: "web-1",
      namespace: "t1",
      uid: "u",
      resourceVersion: "1",
      annotations: "revision" in draft && draft.revision === undefined ? {} : { revision },
      ...(ending === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: {
      containers: [
        { name: "app", image },
        { name: "proxy", image: "envoy:1" },
      ],
    },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: [
        { name: "app", imageID, state: waiting === undefined ? {} : { waiting: { reason: waiting } } },
      ],
    },
  });
}

function decide(drafts: readonly PodDraft[], more: Partial<PodFacts> = {}) {
  const choice = { container: undefined, image: undefined };
  const facts = { tenant: "t1", annotation: "revision", choice, images: [repository], releases: [release] };
  return decidePods({ ...facts, pods: drafts.map(podOf), ...more });
}

describe("what the ready pods prove", () => {
  test.each<readonly [string, readonly PodDraft[], string]>([
    ["one pod of the release", [{}], b],
    ["two that agree", [{}, {}], b],
    ["old ones that end at the same time", [{}, { revision: a, ending: true }], b],
    ["new ones that are not ready yet", [{ revision: a, image: `${repository}@${old}` }, { ready: false }], a],
    [
      "new ones that cannot be pulled",
      [
        { revision: a, image: `${repository}@${old}` },
        { ready: false, waiting: "ImagePullBackOff" },
      ],
      a,
    ],
    ["a pod that is over", [{}, { revision: a, phase: "Failed", ready: false }], b],
    ["a runtime that spells its digest its own way", [{ imageID: `docker-pullable://${repository}@${fresh}` }], b],
    ["an older commit, by tag", [{ revision: a, image: `${repository}:old`, imageID: `${repository}@${old}` }], a],
  ])("%s", (_, pods, commit) => {
    expect(decide(pods)).toEqual({ kind: "found", value: commit });
  });

  test.each<readonly [string, readonly PodDraft[], string]>([
    ["no pod", [], "KUBERNETES_NO_READY_POD"],
    ["no ready pod", [{ ready: false, waiting: "CrashLoopBackOff" }], "KUBERNETES_NO_READY_POD"],
    ["two revisions", [{}, { revision: a }], "KUBERNETES_MIXED"],
    ["a revision and none", [{}, { revision: undefined }], "KUBERNETES_MIXED"],
    ["the old bytes under the new revision", [{ image: `${repository}@${old}` }], "KUBERNETES_IMAGE_MISMATCH"],
    ["other bytes than the spec asks for", [{ imageID: `${repository}@${old}` }], "KUBERNETES_IMAGE_MISMATCH"],
    [
      "the right revision by a tag that is something else",
      [{ image: `${repository}:latest`, imageID: `${repository}@${old}` }],
      "KUBERNETES_IMAGE_MISMATCH",
    ],
    ["a runtime that reports no digest", [{ imageID: "" }], "KUBERNETES_IMAGE_MISMATCH"],
    ["one pod of two with other bytes", [{}, { imageID: `${repository}@${old}` }], "KUBERNETES_IMAGE_MISMATCH"],
    ["a pod without a container of the release", [{ image: "elsewhere/app:1" }], "KUBERNETES_IMAGE_MISMATCH"],
    [
      "a pod of the same revision that crashes",
      [{}, { ready: false, waiting: "CrashLoopBackOff" }],
      "KUBERNETES_POD_BROKEN",
    ],
  ])("%s: nothing", (_, pods, code) => {
    expect(decide(pods)).toMatchObject({ kind: "unknown", cause: { code } });
  });

  test.each<readonly [string, string | undefined]>([
    ["no annotation", undefined],
    ["an annotation that is no commit", "v1.2.3"],
  ])("%s: the tenant answers, and names no commit", (_, revision) => {
    expect(decide([{ revision }])).toMatchObject({ kind: "absent" });
  });

  test("a digest of a platform counts as the image that it belongs to", () => {
    expect(decide([{ imageID: `${repository}@${old}` }], { sameImage: new Map([[fresh, [old]]]) })).toEqual({
      kind: "found",
      value: b,
    });
  });

  test("the target is never found while a ready pod claims something else or runs other bytes", () => {
    const draft = fc.record({
      revision: fc.constantFrom(a, b),
      imageID: fc.constantFrom(`${repository}@${old}`, `${repository}@${fresh}`, ""),
      ready: fc.boolean(),
      ending: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 5 }), (drafts) => {
        const ready = drafts.filter((each) => each.ready && !each.ending);
        const proven = ready.length > 0 && ready.every((each) => each.revision === b && each.imageID.endsWith(fresh));
        const reading = decide(drafts);
        expect(reading.kind === "found" && reading.value === b).toBe(proven);
      }),
    );
  });
});
