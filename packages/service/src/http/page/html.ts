/** The frame of the page; `script.ts` fills it. */
export const pageHtml: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>lateen</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header><h1>lateen</h1><p id="connection" role="status"></p></header>
<main>
<form id="login" hidden>
  <label for="token">Token</label>
  <input id="token" type="password" autocomplete="current-password" required>
  <button>Open</button>
  <p id="login-error" role="alert"></p>
</form>
<section id="fleets" aria-labelledby="fleets-title" hidden>
  <h2 id="fleets-title">Fleets</h2>
  <table><thead><tr><th scope="col">Fleet</th><th scope="col">Now</th><th scope="col">Queued</th><th scope="col">Last</th></tr></thead>
  <tbody id="fleet-rows"></tbody></table>
</section>
<section id="rollout" aria-labelledby="rollout-title" hidden>
  <h2 id="rollout-title">Rollout</h2>
  <p id="summary" role="status" aria-live="polite"></p>
  <p><progress id="progress" max="1" value="0" aria-label="Tenants that are done"></progress> <span id="counts"></span></p>
  <p id="soak"></p>
  <form id="acts">
    <label for="reason">Reason</label>
    <input id="reason" required maxlength="2000" autocomplete="off">
    <span><button name="pause">Pause</button> <button name="continue">Continue</button> <button name="stop">Stop</button>
    <button name="abandon">Abandon</button> <button name="rollback">Roll back</button></span>
    <p id="act-error" role="alert"></p>
  </form>
  <h3>Off target</h3><ul id="off"></ul>
  <h3>Waves</h3><ol id="waves"></ol>
  <h3>Checks</h3><ul id="checks"></ul>
  <h3>Tenants</h3>
  <p><label for="filter">Find</label> <input id="filter" type="search" autocomplete="off"></p>
  <div id="tenants" tabindex="0" role="list" aria-label="Tenants"></div>
  <h3>History</h3><ol id="history" reversed></ol>
</section>
</main>
</body>
</html>
`;
