// The pages' requests. Nothing here throws: an answer that can't be had is `{ status: 0 }`.

const PATIENCE = 15000; // milliseconds

export async function ask(path, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(path, { ...options, signal: patience.signal, headers: { Accept: "application/json", ...options.headers } });
    const body = await answer.json().catch(() => ({}));
    return { status: answer.status, body, retryAfter: Number(answer.headers.get("Retry-After")) || 0, headers: answer.headers };
  } catch {
    return { status: 0, body: {}, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
  }
}

export const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const postForm = (form) => ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
