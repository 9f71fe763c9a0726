/** The style of the page: system fonts and colours, 360 px to wide, light and dark. */
export const pageStyle: string = `
:root { --line: color-mix(in srgb, CanvasText 20%, Canvas); --raised: color-mix(in srgb, CanvasText 5%, Canvas); --bad: #b3261e; --good: #1b6e3c; --busy: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7bd69a; --busy: #ffc46b; } }
[hidden] { display: none !important; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
header { display: flex; gap: 1rem; align-items: baseline; padding: .5rem 1rem; border-bottom: 1px solid var(--line); background: var(--raised); }
header p { margin: 0; } h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.25rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
main { padding: 0 1rem 2rem; max-width: 80rem; margin: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); } tbody th, td { overflow-wrap: anywhere; min-width: 5rem; }
thead th { font-weight: normal; color: color-mix(in srgb, CanvasText 75%, Canvas); }
@media (max-width: 40rem) {
  thead { display: none; } tr, tbody th, td { display: block; border: 0; padding: 0; } tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td::before { content: attr(data-label) ": "; }
}
p { overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .75rem 0; }
input { font: inherit; padding: .35rem .5rem; min-width: 0; flex: 1 1 12rem; max-width: 30rem; border: 1px solid var(--line); border-radius: .25rem; background: Canvas; color: CanvasText; }
button { font: inherit; padding: .35rem .75rem; border: 1px solid var(--line); border-radius: .25rem; background: var(--raised); color: CanvasText; cursor: pointer; }
button:hover:enabled { border-color: CanvasText; } button:disabled { color: GrayText; cursor: default; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
progress { width: min(30rem, 100%); vertical-align: middle; } .figures { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; }
[role=alert] { color: var(--bad); flex-basis: 100%; margin: 0; } [role=alert]:empty { display: none; }
#state { padding: .1rem .5rem; border-radius: .25rem; border: 1px solid currentcolor; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0 1.5rem; }
.columns ul, .columns ol { max-height: 16rem; overflow-y: auto; margin: 0; }
#tenants { position: relative; height: 24rem; overflow-y: auto; border: 1px solid var(--line); border-radius: .25rem; }
#tenants > div { position: absolute; left: 0; right: 0; height: 1.75rem; padding: 0 .5rem; display: flex; gap: 1rem; white-space: nowrap; overflow: hidden; }
#tenants > div > span { overflow: hidden; text-overflow: ellipsis; } #tenants > div > span:first-child { flex: 0 0 min(16rem, 45%); }
.verified, .ahead, .passed, .shipped { color: var(--good); } .failed, .quarantined, .unreachable, .mixed, .halted, .refused { color: var(--bad); } .moving, .running, .paused, .unknown { color: var(--busy); }
ol, ul { padding-left: 1.5rem; } li { overflow-wrap: anywhere; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
