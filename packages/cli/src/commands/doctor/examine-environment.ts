import { isLoopback, redactUrl, systemCode } from "@lateen/kernel";
import type { Config } from "../../config/config.ts";
import { secretDestinations } from "../../config/secret-destinations.ts";
import type { Job } from "../../job/job.ts";
import { type Examination, failed, type Finding, well, gap, warning } from "./finding.ts";
import { scopesOf } from "./scopes.ts";

/** The surroundings: secrets, proxies, certificates, and tokens that travel in the clear. */
export function environmentExaminations(job: Job): readonly Examination[] {
  return [
    { check: "secrets", look: () => lookAtSecrets(job) },
    { check: "proxy", look: async () => lookAtProxies(job.host.env) },
    { check: "certificates", look: async () => lookAtCertificates(job) },
    { check: "encryption", look: async () => lookAtPlainHttp(job.settings.config) },
  ];
}

async function lookAtSecrets({ settings, wiring }: Job): Promise<readonly Finding[]> {
  const { forge, fleet, promote } = settings.config;
  if (forge !== undefined) await wiring.forge();
  if (fleet !== undefined) await wiring.fleet();
  if (promote !== undefined) await Promise.all(promote.targets.map(({ name }) => wiring.ledger(name)));
  const missing = wiring.missingSecrets();
  const sent = secretDestinations(settings.config).map((row) => {
    const scopes = scopesOf(settings.config, row);
    return well(
      "secrets",
      `${row.secret} goes to ${row.to} (${row.key})${scopes === undefined ? "" : `; it needs ${scopes}`}`,
    );
  });
  const lacking =
    missing.length === 0
      ? [well("secrets", "every one that is configured is there")]
      : missing.map((error) => failed("secrets", error));
  return [...lacking, ...sent];
}

/** The lower-case name counts before the other, as curl and git have it. */
function lookAtProxies(env: Job["host"]["env"]): readonly Finding[] {
  return ["HTTPS_PROXY", "HTTP_PROXY"].flatMap((name): Finding[] => {
    const value = (env[name.toLowerCase()] ?? env[name] ?? "").trim();
    if (value === "") return [];
    if (!/^https?:\/\//i.test(value) || !URL.canParse(value))
      return [
        gap(
          "proxy",
          `${name} is not a valid proxy address`,
          `write it as http://proxy.example.com:3128, or unset ${name}`,
        ),
      ];
    const around = (env["no_proxy"] ?? env["NO_PROXY"] ?? "").trim();
    return [well("proxy", `${name} is in force: ${redactUrl(value)}${around === "" ? "" : `, except for ${around}`}`)];
  });
}

/** Node warns about a file that it cannot read and continues without it; TLS then fails with a code that does not say why. */
function lookAtCertificates({ host: { env, files } }: Job): readonly Finding[] {
  const path = (env["NODE_EXTRA_CA_CERTS"] ?? "").trim();
  if (path === "") return [];
  try {
    const isPem = files.read(path, 10_485_760).includes("-----BEGIN CERTIFICATE-----");
    if (isPem) return [well("certificates", `those of ${path} are trusted too`)];
    return [certificateGap(`${path} holds no certificate in PEM`)];
  } catch (error) {
    return [certificateGap(`${path} cannot be read: ${systemCode(error)}`)];
  }
}

function certificateGap(fact: string): Finding {
  const fix = "point NODE_EXTRA_CA_CERTS at a readable file of PEM certificates, or unset it";
  return gap("certificates", `NODE_EXTRA_CA_CERTS: ${fact}`, fix);
}

/** Only where the configuration says `insecure: true`: otherwise it is refused. */
function lookAtPlainHttp({ forge, fleet, promote, registries }: Config): readonly Finding[] {
  const places: (readonly [string, string | undefined])[] = [
    ["forge", forge?.token === undefined ? undefined : forge.api],
    ...(fleet?.controlPlanes ?? []).map(
      (plane) => [plane.name, "url" in plane && plane.token ? plane.url : undefined] as const,
    ),
    ["promote.ledger", promote?.ledger.remote],
    ["fleet.mirror", fleet?.mirror?.remote],
    ...Object.entries(registries).map(
      ([host, { insecure }]) => [host, insecure ? `http://${host}` : undefined] as const,
    ),
  ];
  return places.flatMap(([name, url]): Finding[] => {
    if (url === undefined || !URL.canParse(url) || new URL(url).protocol !== "http:") return [];
    if (isLoopback(new URL(url).hostname)) return [];
    const fact = `what is sent to ${name} (${redactUrl(url)}), tokens included, can be read by anyone on the network path`;
    return [warning("encryption", fact, "let the server speak https")];
  });
}
