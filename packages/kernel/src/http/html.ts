/**
 * True if a body is a web page, which is what login pages, proxies and gateways send instead of an API. The type that an answer claims
 * does not count, since some APIs label their JSON as HTML.
 */
export function isHtml(text: string): boolean {
  const start = text.slice(0, 4096).replace(/^(?:\s|\ufeff|<\?xml[^>]*>|<!--[\s\S]*?-->)+/, "");
  return /^<(?:!doctype\s+html|html|head|body|title|meta)\b/i.test(start);
}
