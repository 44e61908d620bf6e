// Stands in for static/transport.js where a test wants to decide what the server says: it keeps what the page
// sends in `window.fake`, and shows the page whatever a test gives it.

export function connect({ newest, on }) {
  const sent = [], read = [], uploads = [];
  let pending = [];
  const fake = {
    sent, read, uploads, on, newest,
    base: { messages: [], owner: "bot", agent: null, more: false, answering: false, read: null, cases: [] },
    typed: 0,
    flushed: 0,
    view(view) {
      const ids = (view.messages ?? []).map((line) => line.client_id);
      pending = pending.filter((item) => !ids.includes(item.client_id));
      on.view(Object.assign({}, fake.base, { messages: [] }, view));
    },
    state: (state) => on.state(state),
    mark: (item, state) => on.pending(item, state),
  };
  window.fake = fake;
  queueMicrotask(() => {
    on.state("online");
    if (!window.fakeQuiet) fake.view({});
  });
  return {
    send(text, { choice = null, attachments = [] } = {}) {
      const item = { client_id: `c${sent.length + 1}`, text, choice, attachments, at: new Date().toISOString() };
      sent.push(item);
      pending.push(item);
      on.pending(item, "sending");
    },
    read: (seq) => read.push(seq),
    typing: () => (fake.typed += 1),
    flush: () => (fake.flushed += 1),
    waiting: () => pending.length > 0,
    upload(file, progress, signal) {
      return new Promise((done, fail) => {
        const upload = { name: file.name, progress, done, fail: (error) => fail(error), aborted: false };
        signal?.addEventListener("abort", () => (upload.aborted = true));
        uploads.push(upload);
      });
    },
    fileUrl: async () => "/static/icon.svg",
  };
}
