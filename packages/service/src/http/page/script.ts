import { eventsScript } from "./events-script.ts";
import { tenantsScript } from "./tenants-script.ts";

/** The script of the page: plain JavaScript, as browsers run it. Everything that comes from outside is set as text. */
export const pageScript: string = `
"use strict";
const $ = (id) => document.getElementById(id);
const given = /^#token=([^&]+)$/.exec(location.hash);
if (given) {
  // The fragment is not sent to anyone; it is not left in the address either.
  sessionStorage.setItem("lateen-token", decodeURIComponent(given[1]));
  history.replaceState(null, "", location.pathname);
}
let token = sessionStorage.getItem("lateen-token") || "";
let following = null; // { id, fleet, abort }
let tenants = new Map(); // slug -> { state, note }
let checks = new Map(); // name, step, slug -> { item, list }
let waves = new Map(); // wave -> item
let soaks = new Map(); // wave -> instant of its end
let skew = 0; // of the service's clock before that of this machine, in milliseconds

async function ask(path, body) {
  const init = { headers: { authorization: "Bearer " + token, accept: "application/json" } };
  if (body) { init.method = "POST"; init.body = JSON.stringify(body); init.headers["content-type"] = "application/json"; }
  const response = await fetch(path, init);
  readClock(response);
  const value = await response.json();
  if (!response.ok) {
    const { message = "refused", why, fix } = value.error || {};
    throw Object.assign(new Error([message, why, fix].filter(Boolean).join(". ")), { status: response.status });
  }
  return value;
}

/** A countdown must not depend on how well two clocks agree. */
function readClock(response) {
  const at = Date.parse(response.headers.get("date") || "");
  if (!Number.isNaN(at)) skew = at + 500 - Date.now();
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** A cell that names its column where the table is narrow. */
function cell(label, text) {
  const made = element("td", text);
  made.dataset.label = label;
  return made;
}

function heldBy({ holds, freezes }) {
  const inForce = freezes.filter((freeze) => freeze.active);
  const line = ({ reason, tenants }) => "freeze" + (tenants ? " of " + tenants.length + (tenants.length === 1 ? " tenant" : " tenants") : "") + ": " + reason;
  return holds.map((hold) => hold.reason).concat(inForce.map(line)).join("; ") || "nothing";
}

function line(rollout) {
  return rollout ? (rollout.sha ? rollout.sha.slice(0, 12) : "rollback") + " " + (rollout.outcome || rollout.state) : "nothing";
}

async function drawFleets() {
  const { fleets } = await ask("/v1/fleets");
  const rows = fleets.map((fleet) => {
    const row = element("tr");
    const name = element("th");
    name.scope = "row";
    const link = element("a", fleet.name);
    link.href = "#" + encodeURIComponent(fleet.name);
    name.append(link);
    row.append(name, cell("Now", line(fleet.running)), cell("Queued", String(fleet.queued.length)), cell("Held by", heldBy(fleet)), cell("Last", line(fleet.last)));
    return row;
  });
  // Replaced only if something changed, so that focus and selection stay.
  if ($("fleet-rows").textContent !== rows.map((row) => row.textContent).join("")) $("fleet-rows").replaceChildren(...rows);
  $("fleets").hidden = false;
  return fleets;
}

async function choose(name) {
  const { rollouts } = await ask("/v1/fleets/" + encodeURIComponent(name) + "/rollouts");
  const items = rollouts.map((one) => {
    const item = element("li");
    const link = element("a", (one.sha || one.to || "the release before").slice(0, 12) + " " + (one.outcome || one.state) + (one.reason ? ": " + one.reason : "") + " (" + one.actor + ", " + one.createdAt + ")");
    link.href = "#" + encodeURIComponent(name) + "/" + encodeURIComponent(one.id);
    item.append(link);
    return item;
  });
  const replaced = items.map((item) => item.textContent).join("\\n");
  // Replaced only if something changed, so that focus and selection stay.
  if ($("history").dataset.shown !== name + replaced) {
    $("history").dataset.shown = name + replaced;
    $("history").replaceChildren(...items);
  }
  const [, wanted] = location.hash.slice(1).split("/");
  const current = wanted ? decodeURIComponent(wanted) : (rollouts.find((one) => one.state === "running" || one.state === "paused") || rollouts[0] || {}).id;
  if (!current) { $("rollout").hidden = true; return; }
  showState(rollouts.find((one) => one.id === current));
  if (following && following.id === current) return;
  if (following) following.abort.abort();
  following = { id: current, fleet: name, abort: new AbortController() };
  tenants = new Map();
  [checks, waves, soaks] = [new Map(), new Map(), new Map()];
  for (const id of ["waves", "off", "checks", "done-acts"]) $(id).replaceChildren();
  for (const id of ["soak", "summary", "act-error"]) $(id).textContent = "";
  $("rollout").hidden = false;
  $("rollout-title").textContent = name + " " + current;
  void follow(following);
}

/** Only acts that the state takes can be pressed. */
function showState(rollout) {
  if (!rollout) return;
  const shown = rollout.outcome || rollout.state;
  if ($("state").textContent !== shown) $("state").textContent = shown;
  $("state").className = shown;
  const ended = rollout.state === "ended";
  const buttons = document.forms.acts.elements;
  buttons.pause.disabled = ended || rollout.state === "paused";
  buttons.continue.disabled = buttons.stop.disabled = ended;
  buttons.abandon.disabled = !ended;
}

async function follow(target) {
  let last = "0";
  while (following === target) {
    try {
      const response = await fetch("/v1/rollouts/" + encodeURIComponent(target.id) + "/events", {
        headers: { authorization: "Bearer " + token, "last-event-id": last, accept: "text/event-stream" },
        signal: target.abort.signal,
      });
      readClock(response);
      if (!response.ok) throw new Error("the events answered " + response.status);
      $("connection").textContent = "live";
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split("\\n\\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const id = /^id: (.*)$/m.exec(block);
          const data = /^data: (.*)$/m.exec(block);
          if (data) apply(JSON.parse(data[1]));
          if (id) last = id[1];
        }
        draw();
      }
      const rollout = await ask("/v1/rollouts/" + encodeURIComponent(target.id));
      const { state, result } = rollout;
      if (following === target) showState(rollout);
      if (state === "ended") {
        soaks.clear();
        for (const one of (result && result.fleet && result.fleet.tenants) || []) tenants.set(one.slug, { state: one.verdict, note: one.reason || "" });
        draw();
        $("summary").textContent = "ended: " + ((result && result.outcome) || "") + ((result && result.reason) ? " (" + result.reason + ")" : "");
        return;
      }
    } catch (error) {
      if (target.abort.signal.aborted) return;
      $("connection").textContent = "not connected: " + error.message;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

${eventsScript}
${tenantsScript}
async function act(event) {
  event.preventDefault();
  const verb = event.submitter && event.submitter.name;
  const reason = $("reason").value.trim();
  if (!following || !verb || !reason) return;
  const path = verb === "rollback" ? "/v1/fleets/" + encodeURIComponent(following.fleet) + "/rollback" : "/v1/rollouts/" + encodeURIComponent(following.id) + "/" + verb;
  try {
    await ask(path, { reason });
    $("act-error").textContent = "";
    $("reason").value = "";
    // The events of a rollout that has ended are followed no longer, and this act is one of them.
    if (verb === "abandon") { following = null; void look(); }
  } catch (error) {
    $("act-error").textContent = error.message;
  }
}

/** A file, since it brings a style and a script of its own. */
async function saveReport() {
  if (!following) return;
  const response = await fetch("/v1/rollouts/" + encodeURIComponent(following.id) + "/report", { headers: { authorization: "Bearer " + token } });
  if (!response.ok) { $("act-error").textContent = "the report answered " + response.status; return; }
  const link = element("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = "lateen-" + following.id + ".html";
  link.click();
  URL.revokeObjectURL(link.href);
}

let timer = 0;
async function look() {
  clearTimeout(timer);
  try {
    const fleets = await drawFleets();
    $("login").hidden = true;
    const name = decodeURIComponent(location.hash.slice(1).split("/")[0] || "") || (fleets[0] || {}).name;
    if (name) await choose(name);
  } catch (error) {
    if (error.status === 401) { $("login").hidden = false; $("fleets").hidden = true; $("rollout").hidden = true; if (token) $("login-error").textContent = error.message; token = ""; return; }
    $("connection").textContent = "not connected: " + error.message;
  }
  clearTimeout(timer);
  timer = setTimeout(look, 1000);
}

setInterval(() => {
  const left = Math.ceil((Math.max(0, ...soaks.values()) - Date.now() - skew) / 1000);
  const text = left > 0 ? "soaking for " + left + " s more" : "";
  if ($("soak").textContent !== text) $("soak").textContent = text;
}, 250);
$("report").addEventListener("click", () => void saveReport());
$("tenants").addEventListener("scroll", drawRows);
$("filter").addEventListener("input", draw);
$("acts").addEventListener("submit", act);
addEventListener("hashchange", () => void look());
$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem("lateen-token", token);
  $("login-error").textContent = "";
  void look();
});
if (token) void look(); else $("login").hidden = false;
`;
