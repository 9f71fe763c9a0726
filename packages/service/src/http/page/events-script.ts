/** The part of the page's script that understands events. */
export const eventsScript: string = `
/** One fact of the journal, or an act. */
function apply(event) {
  const set = (slug, state, note) => tenants.set(slug, { state, note: note || "" });
  const { type } = event;
  if (type === "fleet-enumerated") for (const { slug } of event.tenants) if (!tenants.has(slug)) set(slug, "not started");
  if (type === "baseline-read") for (const [slug, seen] of event.tenants) set(slug, seen.kind === "done" ? seen.verdict : seen.kind === "broken" ? "failed" : "not started", seen.reason);
  if (type === "tenants-posted") for (const slug of event.slugs) set(slug, "moving", event.wave);
  if (type === "tenant-verified") set(event.slug, event.verdict === "ahead" ? "ahead" : "verified");
  if (type === "tenant-failed") set(event.slug, "failed", event.reason);
  if (type === "wave-started") {
    const item = element("li", event.wave + ": " + event.slugs.length + (event.slugs.length === 1 ? " tenant" : " tenants"));
    waves.set(event.wave, item);
    $("waves").append(item);
  }
  if (type === "wave-finished") {
    soaks.delete(event.wave);
    const item = waves.get(event.wave);
    if (item) { item.textContent += ", finished"; item.className = "verified"; }
  }
  if (type === "check-sampled") sample({ name: event.check, step: event.step, slug: event.slug }, event.sample);
  if (type === "check-judged") judge(event.report);
  if (type === "soak-started") soaks.set(event.wave, event.until);
  if (type === "soak-passed") soaks.delete(event.wave);
  if (type === "stage-started") $("summary").textContent = event.stage + ": " + event.about;
  if (type.endsWith("-requested")) {
    $("summary").textContent = event.verb + " by " + event.actor + ": " + event.reason;
    $("done-acts").append(element("li", new Date(event.at).toLocaleTimeString() + " " + event.verb + " by " + event.actor + ": " + event.reason));
  }
  if (type === "warned") $("done-acts").append(element("li", new Date(event.at).toLocaleTimeString() + " " + event.message));
  if (type === "rollout-ended") $("summary").textContent = "ended: " + event.outcome + (event.reason ? " (" + event.reason + ")" : "");
}

/** The entry of a check: its verdict, and under it its newest samples. */
function checkOf(check) {
  const key = [check.name, check.step, check.slug || ""].join("\\n");
  let known = checks.get(key);
  if (!known) {
    known = { item: element("li"), text: element("span", [check.name, check.step, check.slug].filter(Boolean).join(" ")), list: element("ul") };
    known.item.append(known.text, known.list);
    checks.set(key, known);
    $("checks").append(known.item);
  }
  return known;
}

function sample(check, { verdict, fact, value, at }) {
  const { list } = checkOf(check);
  const text = [new Date(at).toLocaleTimeString(), verdict, value, fact].filter(Boolean).join(" ");
  // The verdict brings its samples along, and those may have been seen already.
  if ([...list.children].some((one) => one.textContent === text)) return;
  list.append(element("li", text, verdict === "good" ? "passed" : verdict === "bad" ? "failed" : "unknown"));
  while (list.childElementCount > 5) list.firstChild.remove();
}

function judge(report) {
  const known = checkOf(report);
  known.text.textContent = [report.name, report.step, report.slug, report.verdict, report.value, report.reason].filter(Boolean).join(" ");
  known.text.className = report.verdict;
  for (const one of report.samples || []) sample(report, one);
}
`;
