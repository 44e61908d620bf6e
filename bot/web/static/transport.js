// The customers' line to the desk (docs/protocol.md): over a socket, and by asking where there can be none.
// The page has the lines up to `newest()`; whatever happens, we go on there.

import { json } from "./api.js";
import { makeFiles } from "./files.js";
import { makeOutbox } from "./outbox.js";
import { makeSocket } from "./socket.js";
import { makeVisitor } from "./visitor.js";

const POLL = 10000; // milliseconds
const FIRST = 3000; // milliseconds before we ask for the first lines, if no socket has brought them
const PATIENCE = 15000; // for the desk to say that it stored a message

// `on.view(view)`, `on.state("connecting"|"online"|"offline")`, `on.pending(item, "sending"|"failed"|"delivered")`,
// `on.refused(item, sentence)`, `on.say(sentence)`, `on.typing(who)`. `identity`: a host site's token, if any.
export function connect({ newest, on, identity }) {
  const awaited = new Map(); // client_id: what to call with the desk's answer
  let looking = false;
  let again = false;
  let used; // the token of the last hello
  let refused; // a token that the desk doesn't take
  let polled = 0;
  let seen = 0;

  const visitor = makeVisitor(identity, { say: on.say, changed: () => newest() !== null && location.reload() });
  const files = makeFiles(visitor);
  const outbox = makeOutbox(deliver, on);
  const socket = makeSocket({ hello, heard, lost });

  async function hello() {
    used = await visitor.obtain(refused);
    return used && { type: "hello", token: used, after: newest() };
  }

  function show(view) {
    on.view(view);
    outbox.stored(view.messages.map((line) => line.client_id));
    on.state("online");
    if (!view.more && outbox.waiting()) outbox.flush();
  }

  function heard(frame) {
    if (frame.type === "lines") show(frame);
    else if (frame.type === "typing") on.typing(frame.who);
    else if (frame.type === "token") visitor.keep(frame.token);
    else if (frame.type === "stored") settle(frame.client_id, { status: 201, body: frame });
    else if (frame.type === "refused") {
      if (!settle(frame.client_id, { status: frame.status, body: frame, retryAfter: frame.retry_after })) on.say(frame.message);
    }
  }

  function lost(unknown) {
    if (unknown) refused = used;
    [...awaited.keys()].forEach((id) => settle(id, { status: 0, body: {} }));
    look();
  }

  function settle(id, answer) {
    const waits = awaited.get(id);
    awaited.delete(id);
    waits?.(answer);
    return Boolean(waits);
  }

  function deliver({ client_id, text, choice, attachments }) {
    const message = { client_id, text, choice, attachments };
    return new Promise((done) => {
      awaited.set(client_id, done);
      if (socket.send({ type: "send", ...message })) setTimeout(settle, PATIENCE, client_id, { status: 0, body: {} });
      else visitor.ask("/api/messages", json(message)).then((answer) => settle(client_id, answer));
    });
  }

  // Ask what is new, while there is no socket; one at a time.
  async function look() {
    again = true;
    if (looking) return;
    looking = true;
    while (again && !socket.isLive()) {
      again = false;
      polled = Date.now();
      const after = newest();
      const answer = await visitor.ask(`/api/messages${after === null ? "" : `?after=${after}`}`);
      if (socket.isLive()) break;
      if (answer.status === 200) {
        show(answer.body);
        again ||= answer.body.more;
      } else on.state("offline");
    }
    looking = again = false;
  }

  setInterval(() => {
    if (socket.isLive()) {
      if (outbox.waiting()) outbox.flush();
    } else if (Date.now() - polled >= POLL * (document.hidden ? 6 : 1)) look();
  }, POLL);
  const hurry = () => {
    socket.hurry();
    if (!socket.isLive()) look();
  };
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  addEventListener("pageshow", (event) => event.persisted && hurry());
  addEventListener("online", hurry);
  addEventListener("offline", () => {
    on.state("offline");
    socket.down();
  });

  on.state("connecting");
  socket.hurry();
  setTimeout(() => socket.isLive() || look(), FIRST);
  return {
    send: (text, { choice = null, attachments = [] } = {}) => outbox.add(text, choice, attachments),
    read(seq) {
      if (seq <= seen) return;
      seen = seq;
      if (!socket.send({ type: "read", seq })) visitor.ask("/api/read", json({ seq }));
    },
    typing: () => socket.send({ type: "typing" }),
    flush: outbox.flush,
    waiting: outbox.waiting,
    upload: files.upload,
    fileUrl: files.url,
  };
}
