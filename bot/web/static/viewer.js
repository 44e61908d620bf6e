// Photos and videos in the transcript: a tile each, enlarged in a dialog. Esc closes it, and the focus goes back.

import { button, make, part, word } from "./dom.js";

const name = (file) => word(file.kind, { name: file.name });

// `fileUrl(id)` gives the address of the stored copy, which this page alone may use.
export function makeViewer(fileUrl) {
  const dialog = part("viewer");
  const stage = dialog.querySelector(".stage");
  const loads = new WeakMap(); // tile: what to do once it comes near
  const near = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      loads.get(target)();
    }
  }, { rootMargin: "600px" });

  async function enlarge(file) {
    dialog.ariaLabel = name(file);
    stage.replaceChildren(make("span", "spin"));
    dialog.showModal();
    try {
      const url = await fileUrl(file.id);
      const shown = make(file.kind === "video" ? "video" : "img");
      Object.assign(shown, file.kind === "video" ? { controls: true, autoplay: true, playsInline: true } : { alt: name(file) });
      shown.src = url;
      if (dialog.open) stage.replaceChildren(shown);
    } catch {
      stage.replaceChildren(make("p", "", word("file_gone")));
    }
  }

  dialog.addEventListener("close", () => stage.replaceChildren()); // a video falls silent
  stage.addEventListener("click", (event) => event.target === stage && dialog.close());

  return {
    tile(file) {
      const tile = button(`tile ${file.kind}`, "", () => enlarge(file));
      tile.ariaLabel = `${name(file)} – ${word("open")}`;
      if (file.kind === "video") return tile;
      const picture = make("img");
      Object.assign(picture, { alt: "", width: file.width || 4, height: file.height || 3 });
      loads.set(tile, async () => {
        try {
          picture.src = await fileUrl(file.id);
        } catch {
          near.observe(tile); // it is tried again when it comes near again
        }
      });
      near.observe(tile);
      tile.append(picture);
      return tile;
    },
  };
}
