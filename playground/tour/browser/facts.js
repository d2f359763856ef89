// What the tour asks the playground for, and what it lets it do.

const PATIENCE = 15000;

async function answered(response) {
  const answer = await response.json().catch(() => ({ message: `HTTP ${response.status}` }));
  if (!response.ok) throw new Error(answer.message ?? answer.error);
  return answer;
}

const get = async (path) => answered(await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }));

async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  return answered(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** What is true now: `playground/tour/facts.py`. */
export const now = () => get("/api/tour");
export const begin = (locale) => post("/api/tour/begin", { locale });
export const searched = (text) => post("/api/tour/searched", { text });
export const reset = () => post("/api/stage/reset");
export const kill = () => post("/api/stage/kill");
export const proof = (request) => get(`/api/stage/proof/${request}`);
export const cheat = (request, record) => post("/api/stage/cheat", { request, record });
