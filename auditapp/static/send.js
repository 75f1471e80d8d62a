/* Sending: whole documents and photos, each request safe to repeat, until the receipt matches what was sent.
   No page needed: the service worker loads it too. The protocol is in docs/phone-protocol.md. */
(function (self) {
  "use strict";
  const Store = self.AuditStore;
  const LIMIT = 60_000, PHOTO_LIMIT = 180_000, LONGEST_WAIT = 300;
  const listeners = new Set();
  const channel = "BroadcastChannel" in self ? new BroadcastChannel("auditapp") : null;
  if (channel) channel.onmessage = (event) => listeners.forEach((listen) => listen(event.data));

  /** Tell every page of this phone what became of a document: {id, state}. */
  function tell(message) {
    listeners.forEach((listen) => listen(message));
    if (channel) channel.postMessage(message);
  }

  class Refusal extends Error {
    constructor(state, reason, missing = []) { super(reason); Object.assign(this, { state, missing }); }
  }

  // What no repetition changes: nobody can read the photo, or there are too many. A damaged one is sent again.
  const HOPELESS = ["photo_not_an_image", "photo_too_many_pixels", "too_many_photos", "upload_too_large"];

  /** Return the text of the document as it goes over the wire. */
  async function compose(row, status) {
    const [answers, photos] = await Promise.all([Store.answers(row.id), Store.photos(row.id)]);
    const hidden = new Set(status === "final" ? row.hidden : []);
    return JSON.stringify({
      id: row.id, visit: row.visit, round: row.round, checklist: row.checklist, device: row.device, app: row.app,
      rev: row.rev, status, started_at: row.started_at, ended_at: row.ended_at || null, tz: row.tz, gps: row.gps || null,
      base_rev: row.base_rev ?? null, parent: row.parent || null, recognised: Boolean(row.recognised), conflict: row.conflict || "",
      ...(row.reply ? { reply: row.reply } : {}), // left out where there is none: offices of before do not know it
      notes: status === "draft" ? (row.notes || []).map(({ at, text, item }) => ({ at, text, item })) : [],
      answers: answers.filter((answer) => !hidden.has(answer.item)).map(({ item, state, value, comment, at }) => ({ item, state, value, comment, at })),
      photos: photos.filter((photo) => !hidden.has(photo.item) && !photo.refused && !photo.item.startsWith("*")).map(({ item, sha, size, taken_at, source }) => ({ item, sha, bytes: size, taken_at, ...(source ? { source } : {}) })),
    });
  }

  /** Freeze a document: from now on every attempt sends the very same bytes. */
  async function finish(id, hidden, endedAt) {
    await Store.saveFields(id, { hidden, ended_at: endedAt });
    const row = await Store.get(id);
    await Store.change(id, { text: await compose(row, "final"), state: "ready", tries: 0, next: 0 });
    tell({ id, state: "ready" });
  }

  async function call(row, path, options) {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), options.limit || LIMIT);
    let response;
    try {
      response = await fetch(path, {
        ...options, method: "PUT", signal: aborter.signal, credentials: "omit", redirect: "error", cache: "no-store",
        headers: { ...options.headers, Authorization: `Bearer ${row.token}`, "X-Device-Now": String(Date.now()) },
      });
    } finally { clearTimeout(timer); }
    if (response.status === 401 || response.status === 403) throw new Refusal("auth", `status ${response.status}`);
    const answer = await response.json().catch(() => { throw new Error(`no answer of ours: status ${response.status}`); });
    if (response.status === 409 && answer.parked) throw new Refusal("parked", answer.error, answer.missing);
    if (!response.ok) throw Object.assign(new Error(`status ${response.status} ${answer.error || ""}`), { code: answer.error });
    return answer;
  }

  const putDocument = (row, text) =>
    call(row, `/api/v1/submissions/${row.id}`, { body: text, headers: { "Content-Type": "application/json" } });

  /** Send what is wanted; returns how many the office cannot take: those are marked and left out from now on. */
  async function putPhotos(row, wanted) {
    const kept = wanted.length ? await Store.photos(row.id) : [];
    let refused = 0;
    for (const { item, sha } of wanted) {
      const photo = kept.find((each) => each.item === item && each.sha === sha);
      if (!photo || !photo.bytes) throw new Error(`photo ${sha} is not on this phone`);
      try {
        await call(row, `/api/v1/visits/${row.visit_id}/photos/${encodeURIComponent(item)}/${sha}`, {
          body: photo.bytes, headers: { "Content-Type": photo.type }, limit: PHOTO_LIMIT,
        });
        await Store.markPhoto(photo, { arrived: Date.now() });
      } catch (error) {
        if (!HOPELESS.includes(error.code)) throw error;
        await Store.markPhoto(photo, { refused: error.code });
        refused += 1;
      }
    }
    return refused;
  }

  /** Go on without refused photos, as a draft: the person looks at the visit once more before it is sent. */
  async function reopen(row) {
    await Store.change(row.id, (now) => ({ text: null, state: "draft", rev: now.rev + 1, reopened: Boolean(row.text), error: "" }));
    await Store.note(`${row.visit} round ${row.round}: goes on without a photo that nobody can read`);
    tell({ id: row.id, state: "photo_refused" });
  }

  async function sendDraft(row) {
    const answer = await putDocument(row, await compose(row, "draft"));
    if (await putPhotos(row, answer.missing || [])) return reopen(row);
    return Store.change(row.id, { sent_rev: row.rev, tries: 0, next: 0, error: "" });
  }

  async function sendFinal(row) {
    tell({ id: row.id, state: "sending" });
    let answer = await putDocument(row, row.text);
    if (!answer.receipt) {
      if (await putPhotos(row, answer.missing || [])) return reopen(row);
      answer = await putDocument(row, row.text);
    }
    // Only our own receipt for exactly these bytes counts: a captive portal answers 200 to anything.
    const sha = await Store.sha256(new TextEncoder().encode(row.text));
    if (!answer.receipt || answer.receipt.id !== row.id || answer.receipt.sha !== sha) throw new Error("no receipt");
    await Store.change(row.id, { state: "sent", receipt: answer.receipt, sent_at: new Date().toISOString(), error: "" });
    tell({ id: row.id, state: "sent" });
  }

  // The office has a reopened document whole, photos apart; a draft would not take its place there, only a final does.
  const waits = (row) => (row.text
    ? !["sent", "parked"].includes(row.state)
    : row.state === "draft" && !row.reopened && row.rev > (row.sent_rev || 0));

  async function failed(row, error) {
    const tries = (row.tries || 0) + 1;
    const wait = Math.min(2 ** tries, LONGEST_WAIT) * (500 + Math.random() * 500);
    let state = "";
    await Store.change(row.id, (now) => {
      // A draft that failed while "Send" was pressed must not take the frozen document out of the queue.
      state = error instanceof Refusal && Boolean(now.text) === Boolean(row.text) ? error.state : now.text ? "ready" : "draft";
      return { state, tries, next: Date.now() + wait, error: error.message };
    });
    await Store.note(`${row.visit} round ${row.round} rev ${row.rev}: ${state}: ${error.message}`);
    tell({ id: row.id, state });
  }

  /** Send what waits and is due. One sender on the phone: a page, another tab or the service worker.
      Returns "done", "waiting" (something is left) or "busy". */
  function sendAll() {
    const run = async (lock) => {
      if (!lock) return "busy";
      let left = false;
      for (const row of (await Store.documents()).filter(waits)) {
        if ((row.next || 0) > Date.now()) { left = true; continue; }
        try { await (row.text ? sendFinal(row) : sendDraft(row)); } catch (error) {
          left = true;
          await failed(row, error);
          // What the office has set aside is looked at by a person, who needs its photos too.
          if (error instanceof Refusal) await putPhotos(row, error.missing).catch((reason) => Store.note(`photos: ${reason.message}`));
        }
      }
      return left ? "waiting" : "done";
    };
    return self.navigator.locks ? self.navigator.locks.request("auditapp-send", { ifAvailable: true }, run) : run(true);
  }

  /** Forget the waiting times and send: for the button "Send now" and the return of the signal. */
  async function sendNow() {
    for (const row of (await Store.documents()).filter(waits)) if (row.next) await Store.change(row.id, { next: 0 });
    return sendAll();
  }

  self.AuditSend = { finish, listen: (listener) => listeners.add(listener), sendAll, sendNow, waits };
})(self);
