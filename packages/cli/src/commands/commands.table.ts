import type { CommandRow } from "./command.ts";

/** Every command, in the order of the help. A command that is not in here does not exist. */
export const commands: readonly CommandRow[] = [
  { name: "ship", summary: "gate, roll out, verify and promote a commit", writes: true, load: async () => (await import("./ship/command.ts")).ship },
  { name: "plan", summary: "everything ship would do, without a write", writes: false, load: async () => (await import("./plan/command.ts")).plan },
  { name: "gate", summary: "the verdict for a commit", writes: false, load: async () => (await import("./gate/command.ts")).gate },
  { name: "superseded", summary: "report whether a newer release owns production", writes: false, load: async () => (await import("./superseded/command.ts")).superseded },
  { name: "inspect", summary: "digest, platforms and labels of an image", writes: false, load: async () => (await import("./inspect/command.ts")).inspect },
  { name: "retag", summary: "point tags at an image's digest, verified", writes: true, load: async () => (await import("./retag/command.ts")).retag },
  { name: "rollout", summary: "roll the fleet to a release", writes: true, load: async () => (await import("./rollout/command.ts")).rollout },
  { name: "verify", summary: "account for what every tenant runs", writes: false, load: async () => (await import("./verify/command.ts")).verify },
  { name: "promote", summary: "move the promoted tags of all images", writes: true, load: async () => (await import("./promote/command.ts")).promote },
  { name: "reconcile", summary: "repair tags from the ledger", writes: true, load: async () => (await import("./reconcile/command.ts")).reconcile },
  { name: "rollback", summary: "promote an older release on purpose, fleet included", writes: true, load: async () => (await import("./rollback/command.ts")).rollback },
  { name: "hold", summary: "arm or lift the hold that every guard reads", writes: false, load: async () => (await import("./hold/command.ts")).hold },
  { name: "status", summary: "trunk, ledger, tags and running fleet side by side", writes: false, load: async () => (await import("./status/command.ts")).status },
  { name: "serve", summary: "the pipeline as a durable service with a page", writes: false, load: async () => (await import("./serve/command.ts")).serve },
  { name: "watch", summary: "follow a running rollout from any shell", writes: false, load: async () => (await import("./watch/command.ts")).watch },
  { name: "history", summary: "releases with commit, who and why; or what differs between two", writes: false, load: async () => (await import("./history/command.ts")).history },
  { name: "explain", summary: "why a commit did or did not ship", writes: false, load: async () => (await import("./explain/command.ts")).explain },
  { name: "doctor", summary: "test everything that ship will need, without a visible effect", writes: false, load: async () => (await import("./doctor/command.ts")).doctor },
  { name: "init", summary: "write lateen.yaml and a workflow", writes: false, load: async () => (await import("./init/command.ts")).init },
  {
    name: "lint-workflow",
    summary: "what a forge ignores in a workflow, and what drops runs",
    writes: false,
    load: async () => (await import("./lint-workflow/command.ts")).lintWorkflow,
  },
  { name: "report", summary: "one HTML file of a result or a journal", writes: false, load: async () => (await import("./report/command.ts")).report },
  { name: "demo", summary: "the pipeline against a world on loopback", writes: false, load: async () => (await import("./demo/command.ts")).demo },
  { name: "config", summary: "the configuration in force, and where each value comes from", writes: false, load: async () => (await import("./config/command.ts")).config },
  { name: "completion", summary: "completion for bash, zsh, fish or PowerShell", writes: false, load: async () => (await import("./completion/command.ts")).completion },
];
