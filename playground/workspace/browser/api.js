// The people's HTTP API of the workspace, as one person.

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message || answer.error || `HTTP ${status}`);
    this.status = status;
    this.code = answer.error || "";
  }
}

async function answered(response) {
  const answer = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
  if (response.status >= 400) throw new Refused(response.status, answer);
  return answer;
}

async function get(path) {
  return answered(await fetch(`/api/${path}`, { cache: "no-store", signal: AbortSignal.timeout(10000) }));
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answered(await fetch(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Everything that `person` (a name) can read and do. */
export function actingAs(person) {
  const me = `people/${encodeURIComponent(person)}`;
  const as = `as=${encodeURIComponent(person)}`;
  return {
    workspace: () => get("workspace"),
    channels: () => get(`channels?${as}`).then((answer) => answer.channels),
    messages: (channel) => get(`channels/${channel}/messages?${as}`).then((answer) => answer.messages),
    thread: (channel, ts) => get(`channels/${channel}/messages?${as}&thread_ts=${ts}`).then((answer) => answer.messages),
    message: (channel, ts) => get(`channels/${channel}/messages/${ts}?${as}`).then((answer) => answer.message),
    home: (open) => get(`${me}/home?open=${open}`).then((answer) => answer.home),
    view: () => get(`${me}/view`).then((answer) => answer.view),
    notifications: () => get(`${me}/notifications`).then((answer) => answer.notifications),
    refusals: () => get(`${me}/refusals`).then((answer) => answer.refusals),
    complete: (text) => get(`${me}/complete?text=${encodeURIComponent(text)}`).then((answer) => answer.suggestions),
    explained: (channel, ts) => get(`glass/messages/${channel}/${ts}?${as}`),
    clusters: () => get("glass/clusters").then((answer) => answer.clusters),
    clusterNow: (name, namespace) => get(`glass/clusters/${encodeURIComponent(name)}/${encodeURIComponent(namespace)}`),
    events: () => new EventSource(`/api/events?${as}`),
    command: (channel, text) => post(`${me}/command`, { channel, text }),
    say: (channel, text, thread_ts) => post(`${me}/message`, { channel, text, ...(thread_ts ? { thread_ts } : {}) }),
    click: (body) => post(`${me}/click`, body),
    options: (body) => post(`${me}/options`, body).then((answer) => answer.options),
    submit: (view_id, values) => post(`${me}/submit`, { view_id, values }),
    close: (view_id) => post(`${me}/close`, { view_id }),
    shortcut: (channel, ts, callback_id) => post(`${me}/shortcut`, { channel, ts, callback_id }),
    invite: (channel) => post(`${me}/invite`, { channel }),
    reload: () => post(`${me}/reload`, {}),
  };
}
