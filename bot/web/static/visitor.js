// Who we are to the desk: a token that all tabs share. A host site's customers have one each, so that nobody
// who uses the same browser later sees theirs.

import { ask, json } from "./api.js";
import { lasting } from "./store.js";

// Whose token it is; whether that is true, the desk checks.
function subject(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub;
  } catch {
    return "";
  }
}

// `say(sentence)`: why there is no token to be had; `changed()`: from now on we are somebody else.
export function makeVisitor(identity, { say, changed }) {
  let place = `kesu.visitor${identity ? `.${subject(identity)}` : ""}`;
  let asking = null;

  async function ask_for_one(old) {
    const stored = lasting.get(place);
    if (stored && stored !== old) return stored; // another tab was quicker
    const answer = await ask("/api/visitor", json({ identity }));
    if (answer.status === 400 && identity) {
      identity = undefined; // the site's word is not (or no more) believed: anybody may write
      place = "kesu.visitor";
      return ask_for_one(old);
    }
    if (answer.status !== 201) {
      if (answer.body.message) say(answer.body.message);
      return null;
    }
    lasting.set(place, answer.body.token);
    return answer.body.token;
  }

  const me = {
    token: () => lasting.get(place),
    keep: (token) => token && lasting.set(place, token),
    // A token, asked for if there is none or only the `refused` one; null while none can be had.
    async obtain(refused) {
      const known = me.token();
      if (known && known !== refused) return known;
      asking ??= ask_for_one(refused).finally(() => (asking = null));
      const token = await asking;
      if (token && refused && subject(token) !== subject(refused)) changed();
      return token;
    },
    // The same as `ask`, in our name.
    async ask(path, options = {}) {
      const token = await me.obtain();
      if (!token) return { status: 0, body: {}, retryAfter: 0 };
      const answer = await ask(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
      if (answer.status === 401) {
        await me.obtain(token);
        return { ...answer, status: 0 }; // to be tried again
      }
      me.keep(answer.headers?.get("X-Kesu-Token"));
      return answer;
    },
  };
  return me;
}
