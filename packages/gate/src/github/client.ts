import { isReleaseError, redactUrl, type ReleaseError } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import { lastPage, nextPage, pagesUpToLast } from "./links.ts";
import { createLoader, type Expected, type LoaderOptions, type Page } from "./loader.ts";

/** Reads of GitHub's API, each tried a few times. A path begins after `/repos/{owner}/{name}`, or with `//` after the API's address. */
export interface Client {
  /**
   * The answer to a GET; undefined for a 404.
   * @throws ReleaseError `FORGE_UNAUTHORIZED`, `FORGE_FORBIDDEN`, `FORGE_RATE_LIMITED`, `FORGE_UNAVAILABLE`, `HTTP_*`, `INTERRUPTED`
   */
  find<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<T | undefined>;
  /** As {@link Client.find}, but a 404 is an error. @throws ReleaseError also `FORGE_NOT_FOUND` */
  get<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<T>;
  /** All pages of a list, as far as `Link` leads. @throws as {@link Client.get}, also `FORGE_LIST_TOO_LONG` */
  pages<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<readonly T[]>;
  /** The pages of a list one after the other, for readers that may stop early. @throws as {@link Client.pages} */
  walk<T>(path: string, expected: Expected<T>, signal?: AbortSignal): AsyncGenerator<T, void, undefined>;
  /** The last page of a list. @throws as {@link Client.get} */
  lastPage<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<T>;
  urlOf(path: string): string;
}

/** 10,000 rows of 100: more than any commit has, and an end for a `Link` that leads in a circle. */
const mostPages = 100;

export function createClient(options: LoaderOptions): Client {
  const base = `${options.api}/repos/${options.repository.split("/").map(encodeURIComponent).join("/")}`;
  const urlOf = (path: string): string => (path.startsWith("//") ? options.api + path.slice(1) : base + path);
  const load = createLoader(options);
  const known = new Map<string, readonly string[]>();
  const get: Client["get"] = async (path, expected, signal) => (await load(urlOf(path), expected, signal)).value;
  return {
    urlOf,
    get,
    find: (path, expected, signal) =>
      get(path, expected, signal).catch((error: unknown) => {
        if (!isReleaseError(error) || error.code !== "FORGE_NOT_FOUND") throw error;
        // The reason holds the API's own words, if there are any.
        if (expected.ownNotFound === true && error.why === redactUrl(urlOf(path)))
          throw unclearError("FORGE_UNAVAILABLE", { message: error.message, why: error.why, fix: error.fix });
        return undefined;
      }),
    async pages(path, expected, signal) {
      // The pages of the last time are asked for at once; one that is gone since answers with an empty list.
      const urls = [urlOf(path), ...(known.get(path) ?? [])];
      const all = await Promise.all(urls.map((url) => load(url, expected, signal)));
      const [first] = all;
      const more = first === undefined ? [] : pagesUpToLast(first, mostPages).filter((url) => !urls.includes(url));
      all.push(...(await Promise.all(more.map((url) => load(url, expected, signal)))));
      // The list may have grown since, and a first page need not name the last.
      for (let next = nextPage(all.at(-1)); next !== undefined; next = nextPage(all.at(-1))) {
        if (all.length >= mostPages) throw listTooLong(urlOf(path));
        all.push(await load(next, expected, signal));
      }
      known.set(
        path,
        all.slice(1).map(({ url }) => url),
      );
      return all.map(({ value }) => value);
    },
    async lastPage(path, expected, signal) {
      let page = await load(urlOf(path), expected, signal);
      const last = lastPage(page);
      if (last !== undefined) page = await load(last, expected, signal);
      if (nextPage(page) !== undefined) throw listTooLong(urlOf(path));
      return page.value;
    },
    async *walk<T>(path: string, expected: Expected<T>, signal?: AbortSignal) {
      let url: string | undefined = urlOf(path);
      for (let count = 0; url !== undefined; count++) {
        if (count >= mostPages) throw listTooLong(urlOf(path));
        const page: Page<T> = await load(url, expected, signal);
        yield page.value;
        url = nextPage(page);
      }
    },
  };
}

function listTooLong(url: string): ReleaseError {
  return unclearError("FORGE_LIST_TOO_LONG", {
    message: `the list has more than ${mostPages} pages`,
    why: redactUrl(url),
    fix: "look at the list at that address",
  });
}
