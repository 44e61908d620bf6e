// Photos and videos, to the desk and back.

// `visitor` says in whose name. A refused upload is an Error with `status` and the desk's sentence; without
// `status` it was the network.
export function makeFiles(visitor) {
  const urls = new Map(); // id: promise of a blob: address
  const failed = (status, message) => Object.assign(new Error(message), { status });

  async function upload(file, onProgress, signal) {
    const token = await visitor.obtain();
    if (!token) throw failed(0, "");
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest(); // fetch tells nothing of its progress
      request.open("POST", `/api/files?name=${encodeURIComponent(file.name)}`);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onerror = request.onabort = () => fail(failed(0, ""));
      request.onload = async () => {
        if (request.status === 201) return done(request.response);
        if (request.status !== 401) return fail(failed(request.status, request.response?.message ?? ""));
        await visitor.obtain(token);
        fail(failed(0, ""));
      };
      signal?.addEventListener("abort", () => request.abort());
      request.send(file);
    });
  }

  async function load(id) {
    const answer = await fetch(`/api/files/${id}`, { headers: { Authorization: `Bearer ${await visitor.obtain()}` } });
    if (!answer.ok) throw failed(answer.status, "");
    return URL.createObjectURL(await answer.blob());
  }

  function url(id) {
    if (!urls.has(id)) urls.set(id, load(id).catch((error) => (urls.delete(id), Promise.reject(error))));
    return urls.get(id);
  }

  return { upload, url };
}
