// The wire to the server: requests, and events with their replay.
export class Refused extends Error {
  constructor(status, text) { super(text); this.status = status; }
}

async function read(answer) {
  if (!answer.ok) throw new Refused(answer.status, await answer.text());
  return answer.json();
}

export const get = async (path) => read(await fetch(path, { cache: "no-store" }));

export const post = async (path, body = {}) =>
  read(await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));

export const act = (user, action, body = {}) => post(`/phone/users/${user}/${action}`, body);

// Calls `hear(kind, user, data)` for every event, `beat(now)` for every heartbeat, `state(connected)` on changes.
export function listen(after, epoch, { hear, beat, state }) {
  const source = new EventSource(`/phone/events?after=${after}`);
  source.onopen = () => state(true);
  source.onerror = () => state(false);
  source.onmessage = (event) => { const { kind, user, data } = JSON.parse(event.data); hear(kind, user, data); };
  source.addEventListener("beat", (event) => {
    const data = JSON.parse(event.data);
    if (data.epoch === epoch) beat(data.now); else location.reload();
  });
  source.addEventListener("reload", () => location.reload());
  addEventListener("pagehide", () => source.close());
}
