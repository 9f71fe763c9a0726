import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { machineFiles as files } from "../../io/files.ts";
import { detectCluster } from "./detect-cluster.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lateen-home-"));
  mkdirSync(join(home, ".kube"));
});
afterEach(() => rmSync(home, { recursive: true }));

test("the current context of the kubeconfig at home", () => {
  writeFileSync(
    join(home, ".kube/config"),
    "apiVersion: v1\ncurrent-context: prod-eu\nusers: [{ name: x, user: { token: t } }]\n",
  );
  expect(detectCluster({ env: { HOME: home }, files })).toEqual({
    name: "prod-eu",
    kubeconfig: "{ file: ~/.kube/config }",
  });
});

test("KUBECONFIG beats it, and the first of its files that has one wins", () => {
  writeFileSync(join(home, ".kube/config"), "current-context: home\n");
  writeFileSync(join(home, "one"), "clusters: []\n");
  writeFileSync(join(home, "two"), "current-context: arn:aws:eks:eu-west-1:1:cluster/prod\n");
  const env = { HOME: home, KUBECONFIG: `${home}/none:${home}/one:${home}/two` };
  expect(detectCluster({ env, files })).toEqual({
    name: "arn:aws:eks:eu-west-1:1:cluster/prod",
    kubeconfig: "{ env: KUBECONFIG }",
  });
});

test("in a pod without a kubeconfig it is the pod's cluster", () => {
  expect(detectCluster({ env: { HOME: home, KUBERNETES_SERVICE_HOST: "10.0.0.1" }, files })).toEqual({
    name: "cluster",
    kubeconfig: undefined,
  });
});

test.each(["", "{{{", "current-context: ''\n", "current-context: 'a\"b: c'\n"])("%j names no cluster", (text) => {
  writeFileSync(join(home, ".kube/config"), text);
  expect(detectCluster({ env: { HOME: home }, files })).toBeUndefined();
});
