/** One row of the documentation's examples and of the cases that general-purpose glob libraries get wrong. */
export interface FilterPatternRow {
  readonly pattern: string;
  readonly matches: readonly string[];
  readonly misses: readonly string[];
}

/**
 * Paths that each kind of pattern matches. `matches` of the first two blocks are the examples of GitHub's cheat sheet
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet); `misses` are ours.
 */
export const filterPatternTable: readonly FilterPatternRow[] = [
  // Branches and tags
  { pattern: "feature/*", matches: ["feature/my-branch", "feature/your-branch"], misses: ["feature/beta-a/my-branch", "feature", "a/feature/b"] },
  { pattern: "feature/**", matches: ["feature/beta-a/my-branch", "feature/your-branch", "feature/mona/the/octocat"], misses: ["feature", "features/a"] },
  { pattern: "main", matches: ["main"], misses: ["Main", "main2", "x/main", "mai"] },
  { pattern: "releases/mona-the-octocat", matches: ["releases/mona-the-octocat"], misses: ["releases/mona"] },
  { pattern: "*", matches: ["main", "releases", "README.md", "server.rb"], misses: ["a/b"] },
  { pattern: "**", matches: ["all/the/branches", "every/tag", "all/the/files.md", "a"], misses: [] },
  { pattern: "*feature", matches: ["mona-feature", "feature", "ver-10-feature"], misses: ["a/feature", "features"] },
  { pattern: "v2*", matches: ["v2", "v2.0", "v2.9"], misses: ["v1", "v2/x"] },
  { pattern: "v[12].[0-9]+.[0-9]+", matches: ["v1.10.1", "v2.0.0"], misses: ["v3.0.0", "v1.10.", "v1x10.1", "v1.10.1-rc"] },
  // Paths
  { pattern: "*.jsx?", matches: ["page.js", "page.jsx"], misses: ["page.jsxx", "src/page.js", "page.jsz"] },
  { pattern: "*.js", matches: ["app.js", "index.js"], misses: ["js/index.js", "app.jsx", "app_js"] },
  { pattern: "**.js", matches: ["index.js", "js/index.js", "src/js/app.js"], misses: ["index.ts"] },
  { pattern: "docs/*", matches: ["docs/README.md", "docs/file.txt"], misses: ["docs/mona/octocat.txt", "docs"] },
  { pattern: "docs/**", matches: ["docs/README.md", "docs/mona/octocat.txt"], misses: ["docs", "docs2/a", "a/docs/b"] },
  { pattern: "docs/**/*.md", matches: ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], misses: ["docs/a.txt", "docsa.md"] },
  { pattern: "**/docs/**", matches: ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], misses: ["mydocs/a", "a/docs"] },
  { pattern: "**/README.md", matches: ["README.md", "js/README.md"], misses: ["MYREADME.md", "README.md/x"] },
  { pattern: "**/*src/**", matches: ["a/src/app.js", "my-src/code/js/app.js"], misses: ["src", "a/srcs/b"] },
  { pattern: "**/*-post.md", matches: ["my-post.md", "path/their-post.md"], misses: ["post.md"] },
  { pattern: "**/migrate-*.sql", matches: ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"], misses: ["migrate-a/b.sql"] },
  { pattern: "README*", matches: ["README.md", "README.doc", "README"], misses: ["docs/README"] },
  // Cases that glob libraries get wrong
  { pattern: ".github/**", matches: [".github/workflows/ci.yml"], misses: ["github/a"] },
  { pattern: "**/*", matches: [".env", "a/.hidden/b", "a"], misses: [] },
  { pattern: "*", matches: [".gitignore"], misses: [".github/x"] },
  { pattern: "src/{a,b}.ts", matches: ["src/{a,b}.ts"], misses: ["src/a.ts", "src/b.ts"] },
  { pattern: "file(1).txt", matches: ["file(1).txt"], misses: ["file1.txt"] },
  { pattern: "^a$|b", matches: ["^a$|b"], misses: ["a", "b"] },
  { pattern: "a?b", matches: ["b", "ab"], misses: ["aab", "xb", "acb"] },
  { pattern: "a+b", matches: ["ab", "aaab"], misses: ["b", "a+b"] },
  { pattern: "[CB]at", matches: ["Cat", "Bat"], misses: ["cat", "at", "CBat"] },
  { pattern: "[1-2]00", matches: ["100", "200"], misses: ["300", "-00"] },
  { pattern: "v[a-cX]?.md", matches: ["v.md", "va.md", "vX.md"], misses: ["vd.md", "vab.md"] },
  { pattern: "c\\+\\+/*.md", matches: ["c++/a.md"], misses: ["cc/a.md", "c/a.md"] },
  { pattern: "\\!important", matches: ["!important"], misses: ["important"] },
  { pattern: "\\[a\\]", matches: ["[a]"], misses: ["a"] },
  { pattern: "docs/", matches: [], misses: ["docs/a.md", "docs"] },
  { pattern: "/docs/**", matches: [], misses: ["docs/a.md"] },
  { pattern: "./docs/**", matches: [], misses: ["docs/a.md"] },
  { pattern: "größe/*", matches: ["größe/ü.md"], misses: ["grosse/a"] },
  { pattern: "a/**/b/**/c", matches: ["a/b/c", "a/x/b/y/z/c"], misses: ["a/bc", "a/x/c", "ab/c"] },
];

/** Patterns about which the documentation says nothing, or on which the forges differ. */
export const unclearPatterns: readonly string[] = [
  "",
  "!",
  "?a",
  "+a",
  "!+a",
  "*?",
  "**+",
  "a?+",
  "a++",
  "***",
  "a**/b",
  "[",
  "[]",
  "a[b",
  "[!a]",
  "[^a]",
  "[a-]",
  "[z-a]",
  "[a-Z]",
  "[.-_]",
  "a\\",
  "x".repeat(4097),
];
