// GitHub: https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs; Gitea's SKIP_WORKFLOW_STRINGS has the
// same five by default. Neither says that case matters, so it does not here.
const tokens = ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"];
const trailer = /^[ \t]*skip-checks:[ \t]*true[ \t]*$/im;

/** The text in a commit message that keeps forges from running workflows, `undefined` if there is none. */
export function findSkipToken(message: string): string | undefined {
  const lower = message.toLowerCase();
  return tokens.find((token) => lower.includes(token)) ?? (trailer.test(message) ? "skip-checks: true" : undefined);
}
