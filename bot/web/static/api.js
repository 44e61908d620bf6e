// The page's requests. Nothing here throws: an answer that can't be had is `{ status: 0 }`.

const PATIENCE = 15000; // milliseconds

async function ask(path, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(path, { ...options, signal: patience.signal, headers: { Accept: "application/json", ...options.headers } });
    const body = await answer.json().catch(() => ({}));
    return { status: answer.status, body, retryAfter: Number(answer.headers.get("Retry-After")) || 0 };
  } catch {
    return { status: 0, body: {}, retryAfter: 0 };
  } finally {
    clearTimeout(timer);
  }
}

export const fetchMessages = (after) => ask(after === null ? "/api/messages" : `/api/messages?after=${after}`);

export const postMessage = ({ client_id, text, choice }) =>
  ask("/api/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_id, text, choice }),
  });

export const postForm = (form) => ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
