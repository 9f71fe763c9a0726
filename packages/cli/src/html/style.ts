/** The style sheet of a report; light or dark as the reader's system asks. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --line: #d5dae0; --dim: #667078; --good: #1a7f4b; --bad: #c22f3d; --wait: #3b6fd4; --soak: #f2efe2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #15181b; --line: #363d44; --dim: #98a2ab; --good: #52c98a; --bad: #ff7683; --wait: #82a9ff; --soak: #2a2820; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.outcome { padding: 0.1rem 0.5rem; border-radius: 0.3rem; background: var(--wait); color: var(--paper); }
.outcome.shipped, .outcome.unchanged, .outcome.ok, .outcome.open { background: var(--good); }
.outcome.halted, .outcome.refused, .outcome.unknown, .outcome.partial, .outcome.error { background: var(--bad); }
.scroll, figure { overflow-x: auto; margin: 0; }
table { border-collapse: collapse; font-size: 0.9rem; } th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
svg { min-width: 40rem; width: 100%; font: 11px system-ui, sans-serif; } svg text { fill: var(--ink); } svg text.axis { fill: var(--dim); }
rect.soak { fill: var(--soak); } rect.asked { fill: var(--wait); opacity: 0.5; } rect.verified { fill: var(--good); } rect.failed { fill: var(--bad); }
small, footer { color: var(--dim); } pre { overflow-x: auto; font-size: 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.tree { padding-left: 1.2rem; } .tree li { overflow-wrap: anywhere; }
`;
