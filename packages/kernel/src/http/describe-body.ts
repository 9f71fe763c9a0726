import { isHtml } from "./html.ts";
import { plainText } from "../vocabulary/plain-text.ts";

/** Size and type of a body that may hold anything, a page of a proxy with a session in it for instance, and so is not shown itself. */
export function describeBody(text: string, contentType: string | undefined, bytes: number = text.length): string {
  return text === "" ? "an empty body" : `${bytes} bytes of ${describeType(text, contentType)}`;
}

function describeType(text: string, contentType: string | undefined): string {
  if (isHtml(text)) return "a web page (HTML)";
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(contentType ?? "")?.[0];
  return type === undefined ? "text without a type" : `type ${plainText(type, 60)}`;
}
