import { randomUUID } from "node:crypto";
import type { FleetCheck } from "@lateen/fleet/checks";
import { createHttp } from "@lateen/kernel";
import type { CheckConfig } from "../config/check-schema.ts";
import type { FleetConfig } from "../config/config.ts";
import { configMissing } from "../config/errors.ts";
import { commandEnvironment } from "./command-environment.ts";
import type { Parts } from "./parts.ts";

/** Every check of the fleet, each with its adapter. @throws ReleaseError of category `input` */
export async function makeChecks(parts: Parts, { checks }: FleetConfig): Promise<readonly FleetCheck[]> {
  if (checks.length === 0) return [];
  const adapters = await import("@lateen/fleet/checks");
  return Promise.all(checks.map((check) => makeCheck(parts, check, checks, adapters)));
}

type Adapters = typeof import("@lateen/fleet/checks");

async function makeCheck(
  parts: Parts,
  check: CheckConfig,
  all: readonly CheckConfig[],
  adapters: Adapters,
): Promise<FleetCheck> {
  const { clock, sendMany: send, open } = parts;
  const common = { name: check.name, at: check.at, clock, ...policyOf(check) };
  if (check.exec !== undefined) return makeExec(parts, check, adapters);
  if (check.http !== undefined) {
    const { headers, json, ...http } = check.http;
    const opened = Object.entries(headers).flatMap(([name, source]) => {
      const { token } = open(source);
      return token === undefined ? [] : [[name, token] as const];
    });
    const wanted = json as Parameters<Adapters["createHttpCheck"]>[0]["json"];
    return adapters.createHttpCheck({ ...common, ...http, json: wanted, headers: Object.fromEntries(opened), send });
  }
  if (check.prometheus !== undefined) {
    const { token, url, query, failures, trials, regression, insecure, ...limits } = check.prometheus;
    // A check without an address asks where the others ask.
    const place =
      url === undefined ? all.find((other) => other.prometheus?.url !== undefined)?.prometheus : check.prometheus;
    if (place?.url === undefined) throw configMissing("fleet.checks: prometheus.url");
    const server = { url: place.url, ...open(token ?? place.token), send, insecure: insecure || place.insecure };
    const compared = check.regression ?? regression;
    if (failures !== undefined && trials !== undefined && compared !== undefined)
      return adapters.createRegressionCheck({ ...common, ...server, failures, trials, regression: compared });
    if (query === undefined) throw configMissing("fleet.checks: prometheus.query");
    const { below, above } = limits;
    return adapters.createPrometheusCheck({ ...common, ...server, query, below, above });
  }
  if (check.workflow !== undefined) {
    const { branch } = parts.settings.config.forge ?? {};
    const { file, inputs, ref = branch ?? "main" } = check.workflow;
    const runs = await makeDispatcher(parts);
    return adapters.createWorkflowCheck({ ...common, file, inputs, ref, runs, newId: () => `lateen-${randomUUID()}` });
  }
  throw configMissing("fleet.checks: exec, http, prometheus or workflow");
}

function makeExec(parts: Parts, check: CheckConfig, { createExecCheck }: Adapters): FleetCheck {
  const [program = "", ...args] = check.exec ?? [];
  return createExecCheck({
    name: check.name,
    at: check.at,
    clock: parts.clock,
    ...policyOf(check),
    exec: [program, ...args],
    env: commandEnvironment(parts.env, check.env),
    cwd: parts.settings.folder,
  });
}

function policyOf(check: CheckConfig): FleetCheck["policy"] {
  return {
    everyMs: check.every,
    forMs: check.for,
    samples: check.samples,
    timeoutMs: check.timeout,
    onUnknown: check.onUnknown,
    maxAgeMs: check.prometheus?.maxAge,
  };
}

async function makeDispatcher({ settings, sendFew: send, clock, open }: Parts) {
  const { forge } = settings.config;
  if (forge === undefined) throw configMissing("forge");
  const { createDispatcher } = await import("@lateen/gate/dispatch");
  const { kind, api, repository } = forge;
  return createDispatcher({ kind, api, repository, ...open(forge.token), http: createHttp({ send, clock }) });
}
