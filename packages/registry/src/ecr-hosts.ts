/**
 * True for the host names of Amazon ECR's private registries. Source: docs.aws.amazon.com, "Amazon ECR endpoints": also in China, with
 * FIPS, and as dual-stack names under on.aws.
 */
export function isEcrHost(host: string): boolean {
  return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/.test(host);
}
