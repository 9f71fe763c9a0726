import { plainText } from "@lateen/kernel";

const secretLike: readonly RegExp[] = [
  // name=value and name: value, if the name says that the value is a secret
  /\b((?:[\w-]*(?:token|secret|passw(?:or)?d|pwd|api[_-]?key|access[_-]?key|authorization|credential|cookie)[\w-]*)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|(?:(?:bearer|basic|token)\s+)?[^\s,;&]+)/gi,
  /\b((?:bearer|basic)\s+)[\w.~+/=-]{6,}/gi,
  // user:password@ in an address
  /(\/\/)[^\s/@]+(?=@)/g,
  // AWS access key ids, GitHub tokens, JSON web tokens
  /()\b(?:(?:AKIA|ASIA)[0-9A-Z]{12,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|eyJ[\w-]{8,}\.[\w.-]+)/g,
];

/**
 * Error text of a control plane, fit to be shown: one line, at most 300 characters, with what looks like a secret taken out.
 *
 * Such texts carry whatever a remote command printed; one of them once put a credential into a persistent log.
 */
export function redactText(text: string, known: readonly string[] = []): string {
  let shown = plainText(text, 2_000);
  for (const secret of known) if (secret.length > 3) shown = shown.replaceAll(secret, "[secret]");
  for (const pattern of secretLike) shown = shown.replace(pattern, "$1[secret]");
  // Long runs without a break that are no commit id and no digest are keys more often than words.
  shown = shown.replace(/(?<![\w:])(?![0-9a-f]{40}\b)[A-Za-z0-9+/_-]{36,}={0,2}/g, (run) =>
    /\d/.test(run) && /[A-Za-z]/.test(run) ? "[secret]" : run,
  );
  return plainText(shown, 300);
}
