// The pages of models: while one is trained they keep themselves fresh; what can't be undone is asked first.
// Without this they work by forms and reloading.

const EVERY = 2000; // milliseconds between two looks

function current() {
  return document.getElementById("job");
}

async function look() {
  const old = current();
  try {
    const answer = await fetch(location.pathname);
    if (answer.redirected) return location.reload(); // signed out
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
    if (answer.ok && fresh) {
      if (fresh.dataset.state !== old.dataset.state) return location.reload(); // there is a report to show now
      replace(old, document.adoptNode(fresh));
    }
  } catch {
    // The next look may find the desk again.
  }
  setTimeout(look, EVERY);
}

// Only what changed, so that a focused button and an open log stay as they are.
function replace(old, fresh) {
  for (const place of ["label", "progress", ".told", ".rows"]) {
    const [was, is] = [old.querySelector(place), fresh.querySelector(place)];
    if (was && is && !was.isEqualNode(is) && !was.contains(document.activeElement)) was.replaceWith(is);
  }
  showLog();
}

async function showLog() {
  const log = document.getElementById("log");
  if (!log?.open) return;
  const place = log.querySelector("pre");
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
  try {
    const answer = await fetch(log.dataset.source);
    if (answer.ok) place.textContent = await answer.text();
  } catch {
    return;
  }
  if (atEnd) place.scrollTop = place.scrollHeight;
}

document.getElementById("log")?.addEventListener("toggle", showLog);
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !confirm(question)) event.preventDefault();
});
if (current()?.dataset.state === "training") setTimeout(look, EVERY);
