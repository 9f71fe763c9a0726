/** The part of a test runner that a contract suite needs: those of vitest and of `node:test` both fit. */
export interface ContractRunner {
  /** Groups the tests that `body` declares. */
  describe(name: string, body: () => void): void;
  /** Declares a test, which fails if `body` rejects. */
  test(name: string, body: () => Promise<void>): void;
}
