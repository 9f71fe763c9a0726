/** The style of the page: system fonts and colours, 360 px to wide, light and dark. */
export const pageStyle: string = `
:root { --line: color-mix(in srgb, CanvasText 20%, Canvas); --bad: #b3261e; --good: #1b6e3c; --busy: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7bd69a; --busy: #ffc46b; } }
[hidden] { display: none !important; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
header { display: flex; gap: 1rem; align-items: baseline; padding: .5rem 1rem; border-bottom: 1px solid var(--line); }
header p { margin: 0; } h1 { font-size: 1.25rem; margin: 0; }
main { padding: 1rem; max-width: 80rem; margin: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input { font: inherit; padding: .25rem .5rem; min-width: 0; flex: 1 1 12rem; max-width: 30rem; }
button { font: inherit; padding: .25rem .75rem; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
progress { width: min(30rem, 60vw); }
[role=alert] { color: var(--bad); flex-basis: 100%; margin: 0; }
#tenants { position: relative; height: 24rem; overflow-y: auto; border: 1px solid var(--line); }
#tenants > div { position: absolute; left: 0; right: 0; height: 1.75rem; padding: 0 .5rem; display: flex; gap: 1rem; white-space: nowrap; overflow: hidden; }
#tenants > div > span:first-child { flex: 0 0 12rem; overflow: hidden; text-overflow: ellipsis; }
.verified, .ahead { color: var(--good); } .failed, .unreachable { color: var(--bad); } .moving, .posted { color: var(--busy); }
ol, ul { padding-left: 1.25rem; } li { overflow-wrap: anywhere; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
