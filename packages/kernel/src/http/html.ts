/**
 * True if an answer is a web page, which is what login pages, proxies and gateways send instead of an API.
 *
 * The body decides; `contentType` only counts if there is no body (a HEAD), since some APIs label their JSON as HTML.
 */
export function isHtml(text: string, contentType?: string): boolean {
  if (text === "") return /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? "");
  const start = text.slice(0, 4096).replace(/^(?:\s|\ufeff|<\?xml[^>]*>|<!--[\s\S]*?-->)+/, "");
  return /^<(?:!doctype\s+html|html|head|body|title|meta)\b/i.test(start);
}
