import type { SecretSource } from "./fields.ts";
import type { Config, LedgerConfig } from "./config.ts";

/** A git repository and the secret that goes to it. */
export interface GitAccess {
  readonly remote: string;
  /** True if `remote` is an address; a path needs no token. */
  readonly isUrl: boolean;
  readonly token: SecretSource | undefined;
}

/**
 * A git repository of the configuration: that of the forge if none is named, undefined without either.
 *
 * The forge's token is for the forge: a repository on another server has one of its own, or none.
 */
export function gitAccess({ forge }: Pick<Config, "forge">, place: LedgerConfig): GitAccess | undefined {
  const remote = place.remote ?? (forge === undefined ? undefined : `${forge.url}/${forge.repository}.git`);
  if (remote === undefined) return undefined;
  if (!/^[a-z][a-z+]+:\/\//i.test(remote)) return { remote, isUrl: false, token: undefined };
  const token = place.token ?? (forge !== undefined && isSameServer(remote, forge.url) ? forge.token : undefined);
  return { remote, isUrl: true, token };
}

function isSameServer(remote: string, url: string): boolean {
  return URL.canParse(remote) && URL.canParse(url) && new URL(remote).origin === new URL(url).origin;
}
