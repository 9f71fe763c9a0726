/**
 * Upper bound of the failure rate, at 95 % confidence, that `failed` failures among `tried` tenants allow; 1 for none tried.
 *
 * The exact (Clopper-Pearson) bound; without failures it is 1 − 0.05^(1/n), the "rule of three".
 * Source: Clopper and Pearson, Biometrika 26 (1934).
 */
export function failureBound(tried: number, failed = 0): number {
  if (tried <= 0 || failed >= tried) return 1;
  if (failed === 0) return 1 - 0.05 ** (1 / tried);
  let [low, high] = [failed / tried, 1];
  // 40 halvings are exact to 1e-12, far below what is ever printed.
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (atMost(failed, tried, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** P(at most `failed` of `tried` fail) where each fails with probability `rate`; summed in logarithms against underflow. */
function atMost(failed: number, tried: number, rate: number): number {
  let term = tried * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let k = 1; k <= failed; k++) {
    term += Math.log((tried - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(term);
  }
  return sum;
}
