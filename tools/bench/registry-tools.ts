import type { Copier } from "./registry-copy.ts";

/** A program that can point a tag at an image. */
export interface Tool {
  readonly name: string;
  /** Points `latest` of the repository at `tag`. */
  readonly command: (repository: string, tag: string) => readonly string[];
}

/** Folder and registries of the programs. */
export interface ToolsOptions {
  /** Command that starts our program. */
  readonly lateen: readonly string[];
  /** Its configurations, with the registry's token service and without. */
  readonly known: string;
  readonly unknown: string;
  /** The registry. */
  readonly host: string;
}

const insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"];

/** The programs that are measured, ours first. */
export function toolsOf({ lateen, known, unknown, host }: ToolsOptions): readonly Tool[] {
  const at = (repository: string, tag: string): string => `${host}/${repository}:${tag}`;
  return [
    {
      name: "lateen, realm known",
      command: (repository, tag) => [...lateen, "--config", known, "retag", at(repository, tag), "latest"],
    },
    {
      name: "lateen, realm unknown",
      command: (repository, tag) => [...lateen, "--config", unknown, "retag", at(repository, tag), "latest"],
    },
    { name: "crane tag", command: (repository, tag) => ["crane", "tag", at(repository, tag), "latest"] },
    {
      name: "regctl image copy",
      command: (repository, tag) => [
        "regctl",
        "--host",
        `reg=${host},tls=disabled`,
        "image",
        "copy",
        at(repository, tag),
        at(repository, "latest"),
      ],
    },
    {
      name: "skopeo copy",
      command: (repository, tag) => [
        "skopeo",
        "copy",
        "-q",
        "--all",
        "--preserve-digests",
        "--insecure-policy",
        ...insecure,
        `docker://${at(repository, tag)}`,
        `docker://${at(repository, "latest")}`,
      ],
    },
  ];
}

/** The programs that copy an image between two registries without TLS, ours first. */
export function copiersOf(lateen: readonly string[], hosts: readonly string[]): readonly Copier[] {
  return [
    { name: "lateen retag", command: (source, target) => [...lateen, "-q", "retag", source, target] },
    { name: "crane cp", command: (source, target) => ["crane", "cp", "--insecure", source, target] },
    {
      name: "regctl image copy",
      command: (source, target) => [
        "regctl",
        ...hosts.flatMap((host) => ["--host", `reg=${host},tls=disabled`]),
        "image",
        "copy",
        source,
        target,
      ],
    },
    {
      name: "oras cp",
      command: (source, target) => ["oras", "cp", "--from-plain-http", "--to-plain-http", source, target],
    },
    {
      name: "skopeo copy",
      command: (source, target) => [
        "skopeo",
        "copy",
        "-q",
        "--all",
        "--preserve-digests",
        "--insecure-policy",
        ...insecure,
        `docker://${source}`,
        `docker://${target}`,
      ],
    },
  ];
}
