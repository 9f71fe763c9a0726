/** One challenge of a `WWW-Authenticate` header; scheme and parameter names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Longest header that is looked at; no registry comes near it, and it is text of a stranger. */
const longestHeader = 16 * 1024;

/**
 * Reads every challenge of one or several `WWW-Authenticate` headers joined with commas; what is malformed is left out, never
 * guessed.
 *
 * A state machine, since quoted strings hold commas (`scope="repository:a:pull,push"`) and escapes, and a comma separates
 * parameters as well as challenges. Source: RFC 9110 §11.6.1 and §5.6.4.
 */
export function parseChallenges(header: string): Challenge[] {
  const reader = createReader(header.slice(0, longestHeader));
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  while (!reader.done()) {
    reader.skip(/[\s,]/);
    const name = reader.take(token);
    if (name === "") {
      // Something that no grammar allows: leave out everything up to the next comma.
      reader.skip(/[^,]/);
      continue;
    }
    const value = readValue(reader);
    const last = challenges.at(-1);
    if (value === undefined) {
      challenges.push({ scheme: name.toLowerCase(), parameters: Object.create(null) as Record<string, string> });
    } else if (last !== undefined && !(name.toLowerCase() in last.parameters)) {
      last.parameters[name.toLowerCase()] = value;
    }
  }
  return challenges;
}

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

interface Reader {
  done(): boolean;
  take(allowed: RegExp): string;
  skip(allowed: RegExp): void;
  /** Consumes `text` if it comes next. */
  accept(text: string): boolean;
  mark(): () => void;
  next(): string;
}

/** The value of a parameter after its name, or undefined if the name was that of a scheme. */
function readValue(reader: Reader): string | undefined {
  const back = reader.mark();
  reader.skip(/\s/);
  if (!reader.accept("=")) {
    back();
    return undefined;
  }
  reader.skip(/\s/);
  return reader.accept('"') ? readQuoted(reader) : reader.take(token);
}

function readQuoted(reader: Reader): string {
  let text = "";
  while (!reader.done()) {
    const character = reader.next();
    if (character === '"') return text;
    text += character === "\\" ? reader.next() : character;
  }
  return text;
}

function createReader(text: string): Reader {
  let at = 0;
  const take = (allowed: RegExp): string => {
    const from = at;
    while (at < text.length && allowed.test(text.charAt(at))) at++;
    return text.slice(from, at);
  };
  return {
    done: () => at >= text.length,
    take,
    skip: (allowed) => void take(allowed),
    accept: (wanted) => {
      if (!text.startsWith(wanted, at)) return false;
      at += wanted.length;
      return true;
    },
    mark: () => {
      const from = at;
      return () => void (at = from);
    },
    next: () => text.charAt(at++),
  };
}
