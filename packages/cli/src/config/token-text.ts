/**
 * Tokens by their form: GitHub, GitLab, Slack, npm, AWS access keys, JSON web tokens.
 *
 * Sources: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/,
 * https://docs.gitlab.com/security/tokens/#token-prefixes, RFC 7519 §3.1.
 */
const token =
  /(?<![A-Za-z0-9])(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|npm_\w{30,}|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])|eyJ[\w-]{8,}\.eyJ[\w-]+\.[\w-]*)/g;

export function withoutTokens(text: string): string {
  return text.replaceAll(token, "[secret]");
}

/** True if a token is in `text`. */
export function holdsToken(text: string): boolean {
  return text.search(token) >= 0;
}
