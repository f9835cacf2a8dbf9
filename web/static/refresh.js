// Refreshes the worklist every minute while nobody is in the middle of something; without it the page still works.
(() => {
  "use strict";
  const busy = (box) =>
    document.hidden || box.querySelector("details[open]") || box.contains(document.activeElement);
  async function refresh() {
    const box = document.getElementById("work");
    if (!box || busy(box)) return;
    const answer = await fetch(location.pathname, { headers: { "X-Anshi-Refresh": "1" } });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok || busy(box)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("work");
    if (fresh) box.replaceWith(fresh);
  }
  const seconds = Number(document.getElementById("work")?.dataset.refresh || 60);
  setInterval(() => refresh().catch(() => {}), seconds * 1000);
})();
