import { type ImageRef, parseImageRef } from "@lateen/kernel";
import type { Registries } from "@lateen/registry";
import type { Job } from "../job.ts";
import { type Examination, failed, type Finding, well } from "./finding.ts";

/** Pull and push of every image, by its promoted tag; nothing becomes visible in the registry. */
export function registryExaminations(job: Job): readonly Examination[] {
  const { release, promote } = job.settings.config;
  const tags = promote?.targets[0]?.tags ?? [];
  return (release?.images ?? []).map((image) => ({
    check: `image ${image.repository}`,
    look: async () => lookAtImage(await job.wiring.registries(), image, tags, job.signal),
  }));
}

async function lookAtImage(
  registries: Registries,
  image: ImageRef,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = `image ${image.repository}`;
  const [tag] = tags;
  if (tag === undefined) return [];
  registries.expectWrites?.(image.repository);
  const manifest = await registries.manifest(parseImageRef(`${image.repository}:${tag}`), signal);
  if (manifest.kind === "unknown") return [failed(check, manifest.cause)];
  if (manifest.kind === "absent")
    return [
      {
        check,
        verdict: "warning",
        fact: `${tag} does not exist yet: pulling works, pushing cannot be tried`,
        fix: "the first promotion creates it",
      },
    ];
  const pull = well(check, `${tag} is ${manifest.value.digest.slice(0, 19)}…`);
  const push = await registries.preflight(image.repository, manifest.value, tags, signal);
  if (push.kind === "stop")
    return [
      pull,
      {
        check,
        verdict: push.outcome === "unknown" ? "trouble" : "gap",
        fact: push.reason,
        fix: "let the credentials push, and the tags be moved",
      },
    ];
  const { permission, mutability } = push.value;
  return [
    pull,
    permission === "proven"
      ? well(check, `pushing is allowed, tags are ${mutability === "mutable" ? "mutable" : "of unknown mutability"}`)
      : { check, verdict: "warning", fact: "pushing could not be tried without an effect" },
  ];
}
