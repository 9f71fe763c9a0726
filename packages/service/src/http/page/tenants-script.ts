/** The part of the page's script that draws the tenants: only the rows in view, so that 10,000 of them scroll. */
export const tenantsScript: string = `
const rowHeight = 28;
let shown = [];
let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const wanted = $("filter").value.trim().toLowerCase();
    shown = [...tenants].filter(([slug]) => slug.toLowerCase().includes(wanted));
    const states = {};
    for (const { state } of tenants.values()) states[state] = (states[state] || 0) + 1;
    const done = (states.verified || 0) + (states.ahead || 0);
    $("progress").max = Math.max(1, tenants.size);
    $("progress").value = done;
    $("counts").textContent = done + " of " + tenants.size + " done" + Object.entries(states).filter(([name]) => name !== "verified" && name !== "ahead").map(([name, count]) => ", " + count + " " + name).join("");
    const off = [...tenants].filter(([, one]) => !["verified", "ahead", "not started", "moving"].includes(one.state)).slice(0, 100);
    $("off").replaceChildren(...(off.length ? off.map(([slug, one]) => element("li", slug + ": " + one.state + (one.note ? " (" + one.note + ")" : ""), one.state)) : [element("li", "none")]));
    drawRows();
  });
}

function drawRows() {
  const box = $("tenants");
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 5);
  const rows = shown.slice(first, first + Math.ceil(box.clientHeight / rowHeight) + 10).map(([slug, one], at) => {
    const row = element("div", undefined, one.state);
    row.setAttribute("role", "listitem");
    row.setAttribute("aria-posinset", String(first + at + 1));
    row.setAttribute("aria-setsize", String(shown.length));
    row.style.top = (first + at) * rowHeight + "px";
    row.append(element("span", slug), element("span", one.state + (one.note ? " (" + one.note + ")" : "")));
    return row;
  });
  const end = element("div");
  end.setAttribute("aria-hidden", "true");
  end.style.top = Math.max(0, shown.length - 1) * rowHeight + "px";
  box.replaceChildren(...rows, end);
}
`;
