import { parseImageRef, systemClock } from "@lateen/kernel";
import { openRegistries, retag } from "@lateen/registry";

/** Points `targets` at the digest of `source`; answers what happened, and throws if a tag is not where it has to be. */
export async function moveTags(
  source: string,
  targets: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const ports = { registries: openRegistries({ env }), clock: systemClock };
  const verdict = await retag({ source: parseImageRef(source), targets }, ports);
  if (verdict.kind === "stop") throw new Error(`${verdict.outcome} (${verdict.code}): ${verdict.reason}`);
  return `${targets.join(", ")}: ${verdict.evidence.length} facts, all seen after the last write`;
}
