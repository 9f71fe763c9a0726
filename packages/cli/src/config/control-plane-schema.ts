import { z } from "zod";
import * as field from "./fields.ts";

const httpPlane = () =>
  z.strictObject({
    kind: z.literal("http").optional(),
    name: field.words(),
    url: field.address(),
    token: field.secretSource().optional(),
    insecure: field.flag().default(false),
  });

const workloadKind = () => z.enum(["deployment", "statefulset"], { error: "must be deployment or statefulset" });

const kubernetesPlane = () =>
  z.strictObject({
    kind: z.literal("kubernetes"),
    name: field.words(),
    kubeconfig: field.secretSource().optional(),
    context: field.words().optional(),
    namespaces: z
      .union([z.literal("*"), field.someOf(field.words(), "namespaces")], {
        error: 'must be "*" or a list of namespaces',
      })
      .default("*"),
    selector: field.words(),
    workloads: field.someOf(workloadKind(), "kinds of workloads").default(["deployment"]),
    slug: field.words().default("{namespace}"),
    container: field.words().optional(),
    image: field.imageRepository().optional(),
    annotation: field.words().optional(),
    buildinfo: field.flag().optional(),
    timeout: field.duration().optional(),
    insecure: field.flag().default(false),
  });

const command = () =>
  z.union([field.words(), field.someOf(z.string(), "arguments")], {
    error: 'must be a list of arguments, such as ["ssh", "{host}", "deploy", "{tag}"]',
  });

const execPlane = () =>
  z.strictObject({
    kind: z.literal("exec"),
    name: field.words(),
    enumerate: command(),
    move: command(),
    proof: command().optional(),
    shell: field.flag().default(false),
    env: field.listOf(field.variable(), "variables").default([]),
    buildinfo: field.flag().optional(),
    timeout: field.duration().optional(),
    concurrency: field.count(1).optional(),
  });

/** One of `fleet.controlPlanes`, by its kind. */
export const controlPlane = () =>
  z.discriminatedUnion("kind", [httpPlane(), kubernetesPlane(), execPlane()], {
    error: "must be http, kubernetes or exec",
  });
