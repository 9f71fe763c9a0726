import { isReleaseError, type ReleaseError } from "@lateen/kernel";
import { errorReasons } from "./error-reasons.table.ts";

/** The parts of an error as every document has them. */
export interface ThreeParts {
  readonly code: string;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
}

/** Meaning of each kind of error and its fix, if neither its source nor its code has one. */
const usual: Readonly<Record<ReleaseError["category"], { readonly why: string; readonly fix: string }>> = {
  input: {
    why: "what was given cannot be followed, and nothing was touched",
    fix: "correct what the message names; lateen COMMAND --help lists what is accepted",
  },
  auth: {
    why: "credentials are refused or lacking",
    fix: "check the credentials that the message names; lateen doctor tries each",
  },
  unavailable: {
    why: "a fact could not be established, and unknown is never taken for fine",
    fix: "run again; if it stays, look at the server that the message names",
  },
  state: {
    why: "what was found does not allow it",
    fix: "look at what the message names; lateen status shows all of it",
  },
  interrupted: {
    why: "a signal or a key asked this run to end",
    fix: "run the same command again: what was begun is observed first",
  },
  bug: { why: "this is a bug in lateen; -v shows where", fix: "run again with -v, and report what it shows" },
};

/** What happened, why, what to do: none of them is empty. */
export function threeParts(error: ReleaseError): ThreeParts {
  const { code, message, category } = error;
  return {
    code,
    message,
    why: error.why || errorReasons[code] || causeOf(error) || usual[category].why,
    fix: error.fix || usual[category].fix,
  };
}

function causeOf({ cause, message }: ReleaseError): string | undefined {
  if (!isReleaseError(cause) || message.includes(cause.message)) return undefined;
  return cause.message;
}
