import { redactUrl } from "@lateen/kernel";
import type { Config, SecretSource } from "./config.ts";
import { gitAccess } from "./git-access.ts";

/** One secret and one place that it goes to. */
export interface SecretDestination {
  /** The variable or the file that holds it, or what it is called elsewhere; never the secret. */
  readonly secret: string;
  /** The host that it is sent to, or the command that is given it. */
  readonly to: string;
  /** Key of the configuration that says so. */
  readonly key: string;
}

type Row = readonly [source: SecretSource | string | undefined, to: string, key: string];

/** Every secret that the configuration names and every host or command that gets it. Reads no secret and asks no host. */
export function secretDestinations(config: Config): readonly SecretDestination[] {
  const rows = [
    ...ofForge(config),
    ...ofLedgers(config),
    ...ofRegistries(config),
    ...ofPlanes(config),
    ...ofChecks(config),
  ];
  const named = rows.flatMap(([source, to, key]) =>
    source === undefined ? [] : [{ secret: describe(source), to, key }],
  );
  return [...new Map(named.map((row) => [`${row.secret}\n${row.to}\n${row.key}`, row])).values()];
}

function ofForge({ forge }: Config): readonly Row[] {
  if (forge === undefined) return [];
  const api = hostOf(forge.api);
  return [
    [forge.token, api, "forge.token"],
    [forge.app?.key, `no host: it signs the requests for a token of ${api}`, "forge.app.key"],
  ];
}

function ofLedgers(config: Config): readonly Row[] {
  const { promote, fleet, killSwitch } = config;
  const places = [
    ["promote.ledger", promote?.ledger],
    ["fleet.mirror", fleet?.mirror],
    [
      "killSwitch.ref",
      killSwitch?.ref === undefined || promote !== undefined ? undefined : { ref: "", insecure: false },
    ],
  ] as const;
  return places.flatMap(([key, place]): readonly Row[] => {
    const access = place === undefined ? undefined : gitAccess(config, place);
    return access?.isUrl === true ? [[access.token, hostOf(access.remote), key]] : [];
  });
}

/** A registry without credentials of its own gets what docker, podman or AWS keep for its host. */
function ofRegistries({ registries, release, promote }: Config): readonly Row[] {
  const images = [...(release?.images ?? []), ...(promote?.targets.flatMap(({ images: own = [] }) => own) ?? [])];
  const used = images.flatMap(({ host }) => host ?? []);
  return [...new Set([...Object.keys(registries), ...used])].flatMap((host): readonly Row[] => {
    const entry = registries[host] ?? {};
    const to = entry.realm === undefined ? host : `${host} and ${hostOf(entry.realm)}`;
    const key = `registries.${host}`;
    const place = Object.hasOwn(registries, host) ? key : "release.images";
    const name = typeof entry.username === "object" ? entry.username : undefined;
    const own: readonly Row[] = [
      [name, to, `${key}.username`],
      [entry.password, to, `${key}.password`],
      [entry.token, to, `${key}.token`],
      [entry.key, `no host: it proves a connection to ${host}`, `${key}.key`],
    ];
    if ((entry.password ?? entry.token ?? entry.key) !== undefined) return own;
    if (entry.kind === "ecr" || (entry.kind === undefined && isEcr(host)))
      return [["AWS credentials", entry.endpoint === undefined ? host : hostOf(entry.endpoint), place]];
    return [["docker's credentials, if there are any", to, place]];
  });
}

/** Source: docs.aws.amazon.com, "Amazon ECR private registry". */
function isEcr(host: string): boolean {
  return /\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com|on\.aws)/.test(host);
}

function ofPlanes({ fleet }: Config): readonly Row[] {
  return (fleet?.controlPlanes ?? []).flatMap((plane, at): readonly Row[] => {
    const key = `fleet.controlPlanes[${at}]`;
    if (plane.kind === "kubernetes")
      return [[plane.kubeconfig ?? "the pod's service account", "the API server that it names", `${key}.kubeconfig`]];
    if (plane.kind === "exec")
      return [plane.enumerate, plane.move, ...(plane.proof === undefined ? [] : [plane.proof])].flatMap((command) =>
        ofCommand(plane.env, command, `${key}.env`),
      );
    return [[plane.token, hostOf(plane.url), `${key}.token`]];
  });
}

function ofChecks({ fleet, forge }: Config): readonly Row[] {
  const checks = fleet?.checks ?? [];
  const asked = checks.find(({ prometheus }) => prometheus?.url !== undefined)?.prometheus;
  return checks.flatMap(({ exec, env, http, prometheus, workflow }, at): readonly Row[] => {
    const key = `fleet.checks[${at}]`;
    const place = prometheus?.url === undefined ? asked : prometheus;
    return [
      ...(exec === undefined ? [] : ofCommand(env, exec, `${key}.env`)),
      ...Object.entries(http?.headers ?? {}).map(([name, source]): Row => [
        source,
        hostOf(http?.url ?? ""),
        `${key}.http.headers.${name}`,
      ]),
      ...(prometheus === undefined || place?.url === undefined
        ? []
        : [[prometheus.token ?? place.token, hostOf(place.url), `${key}.prometheus.token`] as const]),
      ...(workflow === undefined || forge === undefined
        ? []
        : [[forge.token, hostOf(forge.api), `${key}.workflow`] as const]),
    ];
  });
}

/** Variables that a command is given are secrets as far as anyone can know. */
function ofCommand(names: readonly string[], command: string | readonly string[], key: string): readonly Row[] {
  const program = typeof command === "string" ? "a shell" : (command[0] ?? "");
  return names.map((env) => [{ env }, `the command ${program}`, key]);
}

function describe(source: SecretSource | string): string {
  if (typeof source === "string") return source;
  return "env" in source ? source.env : source.file;
}

/** With its placeholders: the host of a check may have the tenant's name in it. */
function hostOf(url: string): string {
  const [, host] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(redactUrl(url)) ?? [];
  return host ?? url;
}
