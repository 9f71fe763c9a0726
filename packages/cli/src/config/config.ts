import type { Duration, ImageRef, Slug } from "@lateen/kernel";

/** Where a secret is kept: an environment variable or a file; never the secret itself. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** `forge`: the server that holds the code, its checks and its variables. */
export interface ForgeConfig {
  readonly kind: "github" | "gitea";
  readonly url: string;
  readonly api: string;
  readonly repository: string;
  /** Only commits on this branch may move a promoted tag. @default "main" */
  readonly branch: string;
  readonly token?: SecretSource | undefined;
  /** A GitHub App in place of a token. */
  readonly app?:
    | { readonly id: string | number; readonly key: SecretSource; readonly installation?: number | undefined }
    | undefined;
  readonly insecure: boolean;
}

/** `release`: what is built from a commit. */
export interface ReleaseConfig {
  /** Tag of the candidate images, with `{sha}`, `{sha7}` or `{sha12}`. */
  readonly candidate: string;
  /** Repositories of the images; what is promoted, and what must exist before anything moves. @default [] */
  readonly images: readonly ImageRef[];
}

/** An entry of `registries`, by host. */
export interface RegistryConfig {
  readonly kind?: "oci" | "ecr" | undefined;
  readonly endpoint?: string | undefined;
  /** Plain http. @default true for loopback hosts without `ca`, false elsewhere */
  readonly insecure?: boolean | undefined;
  readonly username?: SecretSource | string | undefined;
  readonly password?: SecretSource | undefined;
  readonly token?: SecretSource | undefined;
  /** Token realm on another host that may be given the credentials. */
  readonly realm?: string | undefined;
  readonly service?: string | undefined;
  /** Files with certificates (PEM): to trust, and to show with their key. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** A workflow whose run on the commit must be green; `whenAbsent` says what no run means. */
export interface WorkflowConfig {
  readonly file: string;
  /** @default "prove" */
  readonly whenAbsent: "prove" | "proceed" | "refuse";
}

/** `gate`: what must be green before a commit ships. */
export interface GateConfig {
  readonly checks: readonly string[];
  readonly workflows: readonly WorkflowConfig[];
  /** How long `gate --wait` and `ship` wait. @default 60m */
  readonly timeout: Duration;
  /** @default 15s */
  readonly poll: Duration;
  /** Time between the two reads that absence needs. @default 90s */
  readonly settle: Duration;
  /** How long a required run may take to appear. @default 5m */
  readonly appearWithin: Duration;
}

/** `supersession`: which newer commits make this one moot. */
export interface SupersessionConfig {
  readonly paths?: readonly string[] | undefined;
  readonly publishWorkflow?: string | undefined;
}

/** One control plane of the fleet. */
export interface ControlPlaneConfig {
  readonly name: string;
  readonly url: string;
  readonly token?: SecretSource | undefined;
  readonly insecure: boolean;
}

/** A number of tenants, or a share of the fleet such as `25%`. */
export type Share = number | `${number}%`;

/** `fleet.verify`: how running tenants are asked for their commit. */
export interface VerifyConfig {
  /** @default 240s */
  readonly timeout: Duration;
  /** @default 20s */
  readonly interval: Duration;
  /** @default 256 */
  readonly concurrency: number;
  /** Whether a tenant that runs a descendant counts. @default "ancestry" */
  readonly match: "ancestry" | "strict";
}

/** Why, and until when, a tenant is left alone. */
export interface PinConfig {
  readonly reason: string;
  /** The day or instant (ISO 8601) from which the pin no longer holds. */
  readonly until?: string | undefined;
}

/** A group of tenants by label or by glob. */
export interface RingConfig {
  readonly name: string;
  readonly tag?: string | undefined;
  readonly slugs?: readonly string[] | undefined;
}

/** `fleet`: the tenants and how they are rolled. */
export interface FleetConfig {
  readonly controlPlanes: readonly ControlPlaneConfig[];
  readonly canary: readonly Slug[];
  /** @default 60s */
  readonly soak: Duration;
  readonly batch?: number | undefined;
  readonly waves?: readonly Share[] | undefined;
  readonly window?: { readonly growth: number; readonly cap: number } | undefined;
  /** @default 0 */
  readonly maxStragglers: Share;
  readonly buildinfo: string;
  readonly verify: VerifyConfig;
  /** @default "halt" */
  readonly onFailure: "halt" | "rollback";
  /** Folder of the journals, relative to the configuration file. @default ".lateen/" */
  readonly journal: string;
  /** A git ref that gets a copy of the journal, so that another machine can resume. */
  readonly mirror?: LedgerConfig | undefined;
  /** Glob patterns of tenants that may vanish at any time. */
  readonly ephemeral: readonly string[];
  /** Tenants that deliberately stay on what they run, each with the reason. */
  readonly pinned: Readonly<Record<string, PinConfig>>;
  /** Groups that are fully accounted for before the next one begins. */
  readonly rings: readonly RingConfig[];
  /** Accepts rows without `verified_on_target`, together with healthz ok and no error. @default false */
  readonly legacyControlPlane: boolean;
  /** Time after which no tenant is started. */
  readonly deadline?: Duration | undefined;
  /** Plain http for buildinfo addresses. @default false */
  readonly insecure: boolean;
}

/** One set of tags that moves together. */
export interface TargetConfig {
  readonly name: string;
  readonly tags: readonly string[];
  readonly images?: readonly ImageRef[] | undefined;
  readonly allowUnlabelled: boolean;
}

/** `promote.ledger`: the git ref that decides what is promoted. */
export interface LedgerConfig {
  readonly remote?: string | undefined;
  readonly ref: string;
  readonly token?: SecretSource | undefined;
  readonly username?: string | undefined;
  /** Plain http to another machine. @default false */
  readonly insecure: boolean;
}

/** `promote`: which tags move, and where that is recorded. */
export interface PromoteConfig {
  readonly targets: readonly TargetConfig[];
  readonly ledger: LedgerConfig;
  /** @default 5m */
  readonly settle: Duration;
  /** If signatures, attestations and other referrers come along where content is copied. @default true */
  readonly referrers: boolean;
  /** Template of the tag that keeps each promoted digest from being deleted; false for none. @default "release-{sha12}" */
  readonly pin: string | false;
}

/** The configuration, validated; a section that nobody wrote is absent. */
export interface Config {
  readonly forge?: ForgeConfig | undefined;
  readonly release?: ReleaseConfig | undefined;
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  readonly gate?: GateConfig | undefined;
  readonly killSwitch?: { readonly variable: string } | undefined;
  /** False switches the guard off. */
  readonly supersession?: SupersessionConfig | false | undefined;
  readonly fleet?: FleetConfig | undefined;
  readonly promote?: PromoteConfig | undefined;
}

/** The sections that a command may need. */
export type Section = Exclude<keyof Config, "registries">;
