/* What every phone page needs: words with their plurals, and the service worker. */
(function (self) {
  "use strict";
  /** Return say(key, values) and say.count(key, number) over the page's own words. */
  self.AuditWords = function (config) {
    const rules = new Intl.PluralRules(config.locale);
    const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const say = (key, values = {}) => fill(config.words[key] ?? key, values);
    say.count = (key, number, values = {}) => fill(config.plurals[key][rules.select(number)] ?? config.plurals[key].other, { number, ...values });
    return say;
  };

  /** Return undo(place, text, back): say after `place` what was taken away, with a button that calls `back`. The page
      offers this for the last removal only; undo.forget() ends it. */
  self.AuditUndo = function (say) {
    const line = document.createElement("p"), words = document.createElement("span"), button = document.createElement("button");
    line.className = "undo";
    Object.assign(button, { type: "button", className: "link", textContent: say("undo") });
    line.append(words, " ", button);
    let back = null;
    function undo(place, text, how) {
      words.textContent = text;
      button.setAttribute("aria-label", `${text} ${say("undo")}`);
      back = how;
      place.after(line);
      button.focus({ preventScroll: true });
    }
    undo.forget = () => { back = null; line.remove(); };
    button.addEventListener("click", () => { const how = back; undo.forget(); if (how) how(); });
    return undo;
  };

  const supported = "serviceWorker" in navigator;
  if (supported) {
    const register = () => navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "imports" }).catch(() => undefined);
    if (document.readyState === "complete") register(); else addEventListener("load", register); // the page comes first
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) navigator.serviceWorker.getRegistration().then((found) => found && found.update()).catch(() => undefined);
    });
  }

  // Pages made on the server lead to the form that works without signal, where this browser can do that.
  if (supported && "indexedDB" in self) {
    document.querySelectorAll("a[data-form]").forEach((link) => { link.href = link.dataset.form; });
    document.querySelectorAll("form[data-whole]").forEach((form) => form.addEventListener("submit", (event) => {
      // The beginning goes along to the form, which tells the office together with the first answer.
      event.preventDefault();
      const typed = new FormData(form);
      sessionStorage.setItem(form.dataset.whole, JSON.stringify([typed.get("started_on"), typed.get("started_at")]));
      location.href = form.dataset.whole;
    }));
  }

  self.AuditWorker = {
    /** Ask that a page can be opened without signal; resolves with true when it can. With `known` the page that is
        kept already is good enough. */
    async keep(address, known) {
      if (!supported) return false;
      const worker = (await navigator.serviceWorker.ready).active;
      return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = (event) => resolve(Boolean(event.data));
        worker.postMessage({ keep: address, known }, [port2]);
      });
    },

    /** Let go of every kept form but these. */
    async keepOnly(addresses) {
      if (supported) (await navigator.serviceWorker.ready).active.postMessage({ only: addresses });
    },
  };
})(self);
