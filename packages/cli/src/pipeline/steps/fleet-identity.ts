import type { RolloutInput, RolloutPurpose } from "@lateen/fleet";
import type { FleetConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";

type FleetIdentity = NonNullable<RolloutInput["fleet"]>;

/** Identity of the configured fleet, as the journal keeps it. */
export function fleetIdentity({ config, environment }: Job["settings"]): FleetIdentity {
  const { fleet, release } = config;
  return {
    environment,
    controlPlanes: (fleet?.controlPlanes ?? []).map((plane) => ({ name: plane.name, url: addressOf(plane) })),
    proof: fleet?.buildinfo,
    candidate: release?.candidate,
  };
}

function addressOf(plane: FleetConfig["controlPlanes"][number]): string {
  if (plane.kind === "kubernetes") return `kubernetes:${plane.context ?? ""}`;
  return plane.kind === "exec" ? `exec:${[plane.enumerate].flat().join(" ")}` : plane.url;
}

/** The purpose of the fleet's part of a release: what is promoted after it, for anyone who finds the journal unfinished. */
export function releasePurpose({ settings }: Pick<Job, "settings">): RolloutPurpose {
  const targets = settings.config.promote?.targets.map(({ name }) => name) ?? [];
  return { kind: "release", ...(targets.length === 0 ? {} : { targets }) };
}
