/** The style sheet of a report; light or dark as the reader's system asks. */
export const style = `
:root { color-scheme: light dark; --ink: #1b2226; --paper: #faf9f6; --card: #fff; --line: #e2dfd8; --dim: #626c72; --good: #18703f; --bad: #bd2c3a; --plain: #53656f; --wait: #3d6fc4; --soak: #f3ead2; --tick: #b9a365; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ea; --paper: #121619; --card: #1a2024; --line: #2d363c; --dim: #96a2a9; --good: #5ccb92; --bad: #ff7d89; --plain: #a5b4bd; --wait: #84acf5; --soak: #40371b; --tick: #9c8748; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 0.87em; }
h1, h2, h3, p, dl, dd, ul { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: inherit; text-decoration-color: var(--dim); text-underline-offset: 0.2em; }
small, dt, th, footer, .axis, .key { color: var(--dim); font-weight: 400; font-size: 0.82rem; }
:focus-visible { outline: 2px solid var(--wait); outline-offset: 2px; }
header { --mood: var(--plain); border-left: 5px solid var(--mood); background: var(--card); box-shadow: 0 0 0 1px var(--line); border-radius: 0.5rem; padding: 1.25rem 1.5rem; }
header.good { --mood: var(--good); } header.bad { --mood: var(--bad); }
.brand { display: flex; align-items: center; gap: 0.5rem; color: var(--dim); }
.brand path { fill: var(--mood); } .brand .hull { opacity: 0.55; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.4rem 0; color: var(--mood); text-wrap: balance; }
h1 code { font-size: 0.95rem; font-weight: 400; color: var(--ink); white-space: normal; }
.error { margin-top: 0.6rem; color: var(--bad); }
.next { margin-top: 0.6rem; }
td .good, td .bad, td .plain { color: var(--mood); white-space: nowrap; }
dl { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin-top: 1rem; }
dl:empty { display: none; }
dd { font-size: 1.1rem; font-variant-numeric: tabular-nums; }
section { margin-top: 1.5rem; background: var(--card); box-shadow: 0 0 0 1px var(--line); border-radius: 0.5rem; padding: 1.1rem 1.5rem 1.3rem; }
h2 { font-size: 1.05rem; margin-bottom: 0.6rem; } h3 { font-size: 0.92rem; margin: 1rem 0 0.25rem; }
.badge { --mood: var(--plain); display: inline-block; white-space: nowrap; padding: 0 0.5em; border-radius: 1em; font-size: 0.8rem; font-weight: 500; color: var(--mood); background: color-mix(in srgb, var(--mood) 13%, transparent); }
.good { --mood: var(--good); } .bad { --mood: var(--bad); } .badge.good { --mood: var(--good); } .badge.bad { --mood: var(--bad); } .plain { --mood: var(--plain); } span.bad:not(.badge) { color: var(--bad); }
.lane, .axis { display: grid; grid-template-columns: minmax(5rem, 11rem) minmax(8rem, 1fr) 6.5rem 10.5rem; column-gap: 1rem; align-items: center; }
.lane { padding: 0.1rem 0; font-size: 0.88rem; } .lane b { font-weight: 500; } .lane code { color: var(--dim); font-size: 0.8rem; white-space: nowrap; }
.lane em { grid-column: 2 / -1; color: var(--mood); font-style: normal; font-size: 0.82rem; }
.said { color: var(--mood, var(--plain)); white-space: nowrap; }
.ticks { display: flex; justify-content: space-between; font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.track { position: relative; height: 1.1rem; background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
.track i { position: absolute; top: 50%; transform: translateY(-50%); min-width: 2px; }
.track .soak { height: 100%; background: var(--soak); border-radius: 2px; }
.track .probe { height: 0.9rem; width: 1px !important; min-width: 1px; background: var(--tick); } .track .probe.ill { background: var(--bad); width: 2px !important; }
.track .moving { height: 0.6rem; background: var(--wait); border-radius: 0.3rem 0 0 0.3rem; min-width: 4px; }
.track .verified, .track .failed { height: 3px; background: var(--good); } .track .failed { background: var(--bad); }
.track .verified::before, .track .failed::before { content: ""; position: absolute; left: -1px; top: 50%; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: inherit; transform: translate(-50%, -50%); box-shadow: 0 0 0 2px var(--card); }
.track .failed::before { border-radius: 2px; transform: translate(-50%, -50%) rotate(45deg) scale(0.85); }
.axis { margin-top: 0.6rem; } .key { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem; } .key i { width: 1.4rem; height: 0.5rem; border-radius: 0.2rem; } .key i + i, .key i:not(:first-child) { margin-left: 0.8rem; }
.key .moving { background: var(--wait); } .key .verified { background: var(--good); } .key .failed { background: var(--bad); } .key .soak { background: var(--soak); border-right: 1px solid var(--tick); }
.coverage { display: flex; gap: 2px; height: 0.55rem; margin-bottom: 0.5rem; } .coverage i { background: var(--mood); border-radius: 2px; }
.scroll { overflow-x: auto; } .scroll + p { margin-top: 0.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } th, td { overflow-wrap: break-word; } td { max-width: 34rem; } tbody tr:last-child td { border-bottom: 0; } td b { font-weight: 500; } td code { white-space: nowrap; }
summary { cursor: pointer; padding: 0.25rem 0; } summary span:not(.badge) { color: var(--dim); font-size: 0.88rem; }
.tree ul { margin: 0.1rem 0 0.6rem 0.35rem; padding-left: 1.1rem; border-left: 2px solid var(--line); font-size: 0.88rem; } .tree ul li { padding: 0.2rem 0; } .tree details > p { margin-left: 1.5rem; color: var(--wait); }
pre { overflow: auto; max-height: 32rem; padding: 0.75rem; background: var(--paper); border-radius: 0.3rem; white-space: pre-wrap; }
footer { margin-top: 1.5rem; }
@media (max-width: 44rem) {
  body { padding: 0.75rem 0.6rem 2rem; font-size: 14px; } header, section { padding: 0.9rem; }
  .lane { grid-template-columns: 1fr auto 6rem; column-gap: 0.6rem; padding: 0.3rem 0; } .lane .track { grid-row: 2; grid-column: 1 / -1; } .lane code { grid-row: 1; grid-column: 2; } .lane .said { grid-row: 1; grid-column: 3; text-align: right; } .lane em { grid-column: 1 / -1; }
  .axis { grid-template-columns: 1fr; } .axis > span:first-child { display: none; }
  h1 { font-size: 1.5rem; } th, td { padding-right: 0.7rem; } td { max-width: 15rem; }
}
@media print {
  :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11px; } section, header { break-inside: avoid-page; box-shadow: none; border: 1px solid #ccc; } section:has(table), #decisions { break-inside: auto; }
  #decisions details::details-content { content-visibility: visible; block-size: auto; } #raw { display: none; } * { print-color-adjust: exact; }
}
`;
