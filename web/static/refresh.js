// Keeps an open page true: asks every 15 seconds whether alerts have changed, and refreshes a list then and once
// a minute, while nobody is in the middle of something. It rests while the page is not seen; without it the page works.
(() => {
  "use strict";
  const ours = { headers: { "X-Anshi-Refresh": "1" }, cache: "no-store" };
  const busy = (box) =>
    document.hidden || box.querySelector("details[open]") || box.contains(document.activeElement);
  let mark = document.body.dataset.mark ? `"${document.body.dataset.mark}"` : null;  // of the alerts this page shows
  let stale = false, ended = false;

  async function refresh() {
    const box = document.getElementById("work");
    if (!box || ended || busy(box)) return;
    const here = new URL(location.href);
    here.searchParams.delete("told");  // what was done is said once
    const answer = await fetch(here, ours);
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok || busy(box)) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("work");
    if (!fresh || busy(box)) return;
    box.replaceWith(fresh);
    const top = page.querySelector(".top");  // the heading with its moment, where it stands outside the list
    if (top) document.querySelector(".top")?.replaceWith(top);
    stale = false;
  }

  function count(told) {
    for (const badge of document.querySelectorAll('[data-live="alerts"]')) {
      badge.hidden = told.alerts === 0;
      badge.querySelector('[data-live="number"]').textContent = String(told.alerts);
      badge.querySelector('[data-live="words"]').textContent = " " + told.words;
    }
  }

  async function look() {
    if (document.hidden || ended) return;
    const headers = mark ? { ...ours.headers, "If-None-Match": mark } : ours.headers;
    const answer = await fetch("/live", { ...ours, headers });
    if (answer.redirected) { ended = true; if (document.getElementById("work")) location.reload(); return; }
    if (answer.status === 200) {
      stale = stale || mark !== null;
      mark = answer.headers.get("ETag");
      count(await answer.json());
    }
    if (stale) await refresh();
  }

  const quietly = (step) => () => step().catch(() => {});
  const seconds = Number(document.getElementById("work")?.dataset.refresh || 60);
  setInterval(quietly(refresh), seconds * 1000);
  setInterval(quietly(look), 15 * 1000);
  document.addEventListener("visibilitychange", quietly(look));
})();
