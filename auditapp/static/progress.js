/* How far a publication is, renewed every few seconds until it has ended; then the whole page, with the new reports. */
(function () {
  "use strict";
  const EVERY = 3000;

  async function renew() {
    const part = document.getElementById("progress");
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("progress");
      if (!fresh.dataset.running) return location.reload();
      part.replaceWith(fresh);
    } catch (error) { /* no answer: the next try may have one */ }
    setTimeout(renew, EVERY);
  }

  setTimeout(renew, EVERY);
})();
