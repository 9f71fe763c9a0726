import { z } from "zod";
import { fleetCheck } from "./check-schema.ts";
import { controlPlane } from "./control-plane-schema.ts";
import { forge } from "./forge-schema.ts";
import { freeze, pin } from "./freeze-schema.ts";
import * as field from "./fields.ts";
import { isRecord } from "./layers.ts";
import { service } from "./service-schema.ts";
import { strictObjectOf } from "./strict-object.ts";
import { defaultPin } from "./tag-template.ts";

const release = () =>
  z.strictObject({
    candidate: field.candidate(),
    images: field
      .someOf(field.imageRepository(), "images")
      .optional()
      .transform((images = []) => images),
  });

const registryFields = {
  kind: () => z.enum(["oci", "ecr"], { error: "must be oci or ecr" }).optional(),
  endpoint: () => field.address().optional(),
  insecure: () => field.flag().optional(),
  username: () =>
    z.union([field.words(), field.secretSource()], { error: "must be a name or { env: NAME }" }).optional(),
  password: () => field.secretSource().optional(),
  token: () => field.secretSource().optional(),
  realm: () => field.address().optional(),
  service: () => field.words().optional(),
  ca: () => field.words().optional(),
  cert: () => field.words().optional(),
  key: () => field.words().optional(),
};

type RegistryField = keyof typeof registryFields;

const allFields = Object.keys(registryFields) as readonly RegistryField[];

/** The entries of registries; the keys that none of them has are not built. */
const registries = (written: readonly RegistryField[] = allFields) =>
  z
    .record(
      z.string(),
      z.lazy(() => strictObjectOf(registryFields, (name) => written.includes(name))),
    )
    .default({});

/** The keys that any entry of registries has. */
function fieldsWritten(value: unknown): readonly RegistryField[] {
  const entries = isRecord(value) ? Object.values(value).filter(isRecord) : [];
  return allFields.filter((name) => entries.some((entry) => Object.hasOwn(entry, name)));
}

const workflow = () =>
  z.strictObject({
    file: field.words().refine((text) => /^[^/]+\.ya?ml$/.test(text), {
      error: "must be the name of a workflow file, such as e2e.yml",
    }),
    whenAbsent: z.enum(["prove", "proceed", "refuse"], { error: "must be prove, proceed or refuse" }).default("prove"),
  });

const check = () =>
  z.union([field.words(), z.strictObject({ name: field.words(), from: field.words().optional() })], {
    error: "must be a name, or { name, from }",
  });

const gate = () =>
  z.strictObject({
    checks: field
      .someOf(check(), "checks")
      .optional()
      .transform((checks = []) => checks),
    event: z.enum(["push", "merge_group"], { error: "must be push or merge_group" }).optional(),
    workflows: field.listOf(workflow(), "workflows").default([]),
    timeout: field.duration().optional(),
    poll: field.duration().optional(),
    settle: field.duration().optional(),
    appearWithin: field.duration().optional(),
  });

/** The ref of `killSwitch.ref: true`. */
const holdRef = "refs/lateen/hold";

const killSwitch = () =>
  z
    .strictObject({
      variable: field
        .words()
        .refine((text) => /^[A-Za-z_]\w*$/.test(text), { error: "must be the name of a variable" })
        .optional(),
      ref: z
        .union([z.boolean(), field.words().refine((text) => /^refs\/[\w./-]+$/.test(text))], {
          error: "must be true, false or a full ref, such as refs/lateen/hold",
        })
        .optional(),
    })
    .transform(({ variable, ref }) => ({ variable, ref: ref === true ? holdRef : ref === false ? undefined : ref }))
    .refine(({ variable, ref }) => variable !== undefined || ref !== undefined, {
      error: "must name a variable, or have ref: true",
    });

const supersession = () =>
  z.union(
    [
      z.literal(false),
      z.strictObject({
        paths: field.someOf(field.words(), "path patterns").optional(),
        publishWorkflow: field.words().optional(),
      }),
    ],
    { error: "must be false, or hold paths and publishWorkflow" },
  );

const verify = () =>
  z.strictObject({
    timeout: field.duration().optional(),
    interval: field.duration().optional(),
    concurrency: field.count(1).optional(),
    match: z.enum(["ancestry", "strict"], { error: "must be ancestry or strict" }).optional(),
    matches: field.count(1, 10).optional(),
    samples: field.count(1, 12).optional(),
    bustCache: field.flag().default(false),
  });

const gitRef = (ref: string) =>
  z.strictObject({
    remote: field.words().optional(),
    ref: field
      .words()
      .refine((text) => /^refs\/[\w./-]+$/.test(text), { error: "must be a full ref, such as refs/lateen/latest" })
      .default(ref),
    token: field.secretSource().optional(),
    username: field.words().optional(),
    insecure: field.flag().default(false),
  });

const ring = () =>
  z.strictObject({
    name: field.words(),
    tag: field.words().optional(),
    slugs: field.someOf(field.words(), "name patterns").optional(),
  });

const fleet = () =>
  z.strictObject({
    controlPlanes: field.someOf(controlPlane(), "control planes"),
    canary: field.listOf(field.slug(), "tenants").default([]),
    soak: field.duration().optional(),
    batch: field.count(1).optional(),
    waves: field.someOf(field.share(1), "wave sizes").optional(),
    window: z
      .strictObject({ growth: z.number({ error: "must be a number above 0" }).positive(), cap: field.count(1) })
      .optional(),
    maxStragglers: field.share(0).optional(),
    buildinfo: field.tenantAddress().optional(),
    verify: verify().prefault({}),
    onFailure: z.enum(["halt", "rollback"], { error: "must be halt or rollback" }).optional(),
    journal: field.words().default(".lateen/"),
    mirror: gitRef("refs/lateen/rollout").optional(),
    ephemeral: field.listOf(field.words(), "name patterns").default([]),
    pinned: z.record(z.string(), pin()).default({}),
    callSize: field.count(1).optional(),
    freeze: field.listOf(freeze(), "windows").default([]),
    rings: field.listOf(ring(), "rings").default([]),
    legacyControlPlane: field.flag().optional(),
    deadline: field.duration().optional(),
    checks: field.listOf(fleetCheck(), "checks").default([]),
    insecure: field.flag().default(false),
  });

const target = () =>
  z.strictObject({
    tags: field.someOf(field.tag(), "tags"),
    images: field.someOf(field.imageRepository(), "images").optional(),
    allowUnlabelled: field.flag().optional(),
  });

const targetName = () => z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a name of a-z, 0-9 and hyphens");

const promote = () =>
  z
    .strictObject({
      tags: field.someOf(field.tag(), "tags").optional(),
      targets: z.record(targetName(), target()).optional(),
      allowUnlabelled: field.flag().default(false),
      ledger: gitRef("refs/lateen/latest").prefault({}),
      settle: field.duration().optional(),
      referrers: field.flag().default(true),
      pin: z
        .union([z.literal(false), field.candidate()], { error: "must be false, or make a tag with {sha12} in it" })
        .default(defaultPin),
    })
    .transform(({ tags, targets = {}, allowUnlabelled, ...rest }) => {
      const named = Object.entries(targets).map(([name, own]) => ({
        name,
        ...own,
        allowUnlabelled: own.allowUnlabelled ?? allowUnlabelled,
      }));
      const plain = tags === undefined ? [] : [{ name: "default", tags, images: undefined, allowUnlabelled }];
      return { ...rest, targets: [...plain, ...named] };
    });

/** Every section of a file by its name. */
export const sections = {
  $schema: () => z.string().optional(),
  forge: () => forge().optional(),
  release: () => release().optional(),
  registries: () => registries(),
  /** `false` opts out of a gate on purpose; without the section `ship` and `plan` warn. */
  gate: () => z.union([z.literal(false), gate()], { error: "must be false, or hold checks and workflows" }).optional(),
  killSwitch: () => killSwitch().optional(),
  supersession: () => supersession().optional(),
  fleet: () => fleet().optional(),
  promote: () => promote().optional(),
  service: () => service().optional(),
  /** Overlays by name; what is chosen with `--env` has been merged before this schema sees it. */
  environments: () => z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
};

type Shape = { readonly [Name in keyof typeof sections]: ReturnType<(typeof sections)[Name]> };

/** The configuration, validated and with what the schema itself fills in; a section that is not written is absent. */
export type Config = Omit<z.output<z.ZodObject<Shape>>, "$schema" | "environments">;

const hasDefault: readonly string[] = ["registries"];

/** The schemas that have been built, by what they were built for. */
const built = new Map<string, z.ZodType<Config>>();

/**
 * The whole configuration file, to read `value` with: the sections that it lacks are not built, nor the keys that no registry has. To build a
 * schema takes longer than to read with it.
 *
 * All sections together are 250 objects of zod, and take 10 ms to build (measured November 2026).
 */
export function configSchema(value: Readonly<Record<string, unknown>>): z.ZodType<Config> {
  const isThere = (name: keyof typeof sections) => hasDefault.includes(name) || Object.hasOwn(value, name);
  const written = fieldsWritten(value["registries"]);
  const there = (Object.keys(sections) as (keyof typeof sections)[]).filter(isThere);
  const key = [...there, ":", ...written].join();
  const known = built.get(key);
  if (known !== undefined) return known;
  const all = { ...sections, registries: () => registries(written) };
  const schema = strictObjectOf(all, isThere) as unknown as z.ZodType<Config>;
  built.set(key, schema);
  return schema;
}
