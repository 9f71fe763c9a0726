import { expect, test } from "vitest";
import { inPlace, resumeCommand } from "./resume-command.ts";

const commit = "a".repeat(40);

test.each([
  [["ship", "--yes"], "ship", commit, `lateen ship --yes --sha ${commit}`],
  [["ship", "--sha", "abcdef1"], "ship", commit, "lateen ship --sha abcdef1"],
  [["ship", "--sha=abcdef1"], "ship", commit, "lateen ship --sha=abcdef1"],
  [["ship"], "ship", undefined, "lateen ship"],
  [["rollout", "--resume"], "rollout", commit, "lateen rollout --resume"],
  [
    ["rollback", "--reason", "it's broken"],
    "rollback",
    commit,
    String.raw`lateen rollback --reason 'it'\''s broken' --to ${commit}`,
  ],
  [["rollback", "--to=abcdef1", "--reason=x"], "rollback", commit, "lateen rollback --to=abcdef1 --reason=x"],
  [["ship", "--override", "gate=a; b"], "ship", undefined, "lateen ship --override 'gate=a; b'"],
])("%j goes on with a line that a shell takes as it is", (argv, command, known, line) => {
  expect(resumeCommand(argv, { command, commit: known })).toBe(line);
});

test.each([
  ["lateen rollback --reason TEXT", { env: "eu" }, "lateen rollback --reason TEXT --env eu"],
  ["lateen reconcile", { config: "my file.yaml", env: "eu" }, "lateen reconcile --config 'my file.yaml' --env eu"],
  ["lateen status --env eu", { env: "eu" }, "lateen status --env eu"],
  ["lateen status", {}, "lateen status"],
  ["wait for the owner", { env: "eu" }, "wait for the owner"],
])("%j of %j is about the same fleet", (line, given: Readonly<Record<string, string>>, expected) => {
  expect(inPlace(line, { text: (name) => given[name] })).toBe(expected);
});

test.each([
  ["lateen ship --sha abc", "lateen ship --sha abc --server https://lateen.example.com"],
  ["lateen rollback --reason TEXT", "lateen rollback --reason TEXT --server https://lateen.example.com"],
  ["lateen explain abc", "lateen explain abc"],
])("%s names the service that carries it out: %s", (line, named) => {
  const text = (name: string): string | undefined => (name === "server" ? "https://lateen.example.com" : undefined);
  expect(inPlace(line, { text })).toBe(named);
});
