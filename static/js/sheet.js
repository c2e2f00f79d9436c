// The check sheet: what it costs so far, and which way out fits. Without this the page stands all the same.
// form[data-sheet] holds boxes with data-points, a field [data-own-text] with its [data-own-points], and output[data-sum].
// htmx exchanges the form when it comes back with faults: it is looked up anew each time.
(() => {
  const part = (name) => document.querySelector(`[data-sheet] [data-${name}]`);

  // Points by the standard, as the review finds them: what put right at once or the occasion make of them is its word
  const figure = (points) => (points ? "\u2212" + String(Math.round(points * 100) / 100) : "0");

  const read = () => {
    const sum = part("sum");
    if (!sum) return;
    const form = sum.closest("form");
    const found = [...form.querySelectorAll("[data-points]")].filter((box) => box.checked);
    const own = part("own-text").value.trim() !== "";
    const points = found.reduce((total, box) => total + Number(box.dataset.points), own ? Number(part("own-points").value) || 0 : 0);
    form.classList.toggle("has-some", found.length > 0 || own);
    sum.textContent = figure(points);
  };

  const step = (event) => {
    const button = event.target.closest?.("[data-step]");
    if (!button) return;
    if (button.dataset.step === "up") part("own-points").stepUp();
    else part("own-points").stepDown();
    read();
  };

  document.addEventListener("change", read);
  document.addEventListener("input", read);
  document.addEventListener("click", step);
  document.addEventListener("htmx:afterSettle", read); // not before: settling puts the server's classes back

  // What was entered and not saved is not left without a question
  let isChanged = false;
  const entered = (event) => {
    isChanged ||= event.isTrusted && Boolean(event.target.closest?.("[data-sheet]"));
  };
  document.addEventListener("change", entered);
  document.addEventListener("input", entered);
  document.addEventListener("submit", () => {
    if (!window.htmx) isChanged = false;
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status < 400) isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
  // The browser fills a form in again after "back", sometimes behind our back
  window.addEventListener("pageshow", read);
  read();
})();
