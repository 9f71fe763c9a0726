/** Account, region and partition in the host name of a private ECR registry. */
export interface EcrHost {
  /** The twelve digits of the account that owns the registry, `registryId` of every call. */
  readonly account: string;
  readonly region: string;
  /** The API's own address goes with that of the registry; as the SDK calls it. */
  readonly variant?: { readonly useFipsEndpoint?: true; readonly useDualstackEndpoint?: true };
}

/**
 * Account and region of a private ECR registry; undefined for any other host.
 *
 * Sources: docs.aws.amazon.com, "Amazon ECR private registries" (`<account>.dkr.ecr.<region>.amazonaws.com`), "Amazon ECR
 * endpoints" (`dkr.ecr-fips`), "Making requests over IPv6" (`dkr-ecr.<region>.on.aws`); China ends in `.com.cn`.
 */
export function parseEcrHost(host: string): EcrHost | undefined {
  const match =
    /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(host) ??
    /^(\d{12})\.dkr-ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.on\.(?:aws|amazonwebservices\.com\.cn)$/.exec(host);
  const [, account, region] = match ?? [];
  if (account === undefined || region === undefined) return undefined;
  const fips = /^\d+\.dkr[.-]ecr-fips\./.test(host) ? { useFipsEndpoint: true as const } : {};
  const dualstack = host.includes(".dkr-ecr") ? { useDualstackEndpoint: true as const } : {};
  const variant = { ...fips, ...dualstack };
  return { account, region, ...(Object.keys(variant).length === 0 ? {} : { variant }) };
}
