/** The frame of the page; `script.ts` fills it. */
export const pageHtml: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>lateen</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header><h1>lateen</h1><p id="connection" role="status"></p></header>
<main>
<form id="login" hidden>
  <input type="text" name="username" autocomplete="username" value="lateen" hidden>
  <label for="token">Token</label>
  <input id="token" type="password" autocomplete="current-password" required>
  <button>Open</button>
  <p id="login-error" role="alert"></p>
</form>
<section id="fleets" aria-labelledby="fleets-title" hidden>
  <h2 id="fleets-title">Fleets</h2>
  <table><thead><tr><th scope="col">Fleet</th><th scope="col">Now</th><th scope="col">Queued</th><th scope="col">Held by</th><th scope="col">Last</th></tr></thead>
  <tbody id="fleet-rows"></tbody></table>
</section>
<section id="rollout" aria-labelledby="rollout-title" hidden>
  <h2 id="rollout-title">Rollout</h2>
  <p><strong id="state"></strong> <span id="summary" role="status" aria-live="polite"></span></p>
  <p class="figures"><progress id="progress" max="1" value="0" aria-label="Tenants that are done"></progress> <span id="counts"></span> <strong id="soak"></strong></p>
  <form id="acts">
    <label for="reason">Reason</label>
    <input id="reason" required maxlength="2000" autocomplete="off">
    <span class="buttons"><button name="pause">Pause</button> <button name="continue">Continue</button> <button name="stop">Stop</button>
    <button name="abandon">Abandon</button> <button name="rollback">Roll back</button></span>
    <p id="act-error" role="alert"></p>
  </form>
  <p><button id="report" type="button">Save the report</button></p>
  <div class="columns">
  <section aria-labelledby="off-title"><h3 id="off-title">Off target</h3><ul id="off"></ul></section>
  <section aria-labelledby="waves-title"><h3 id="waves-title">Waves</h3><ol id="waves"></ol></section>
  <section aria-labelledby="checks-title"><h3 id="checks-title">Checks</h3><ul id="checks"></ul></section>
  <section aria-labelledby="acts-title"><h3 id="acts-title">Acts</h3><ol id="done-acts"></ol></section>
  </div>
  <h3 id="tenants-title">Tenants</h3>
  <p><label for="filter">Find</label> <input id="filter" type="search" autocomplete="off"></p>
  <div id="tenants" tabindex="0" role="list" aria-labelledby="tenants-title"></div>
  <h3>History</h3><ol id="history" reversed></ol>
</section>
</main>
</body>
</html>
`;
