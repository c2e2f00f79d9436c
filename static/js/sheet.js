// The check sheet: what it costs so far, and which way out fits. Without this the page stands all the same.
// form[data-sheet] holds boxes with data-points, a field [data-own-text] with its [data-own-points], and output[data-sum].
(() => {
  const form = document.querySelector("[data-sheet]");
  const sum = form?.querySelector("[data-sum]");
  if (!sum) return;
  const ownText = form.querySelector("[data-own-text]");
  const ownPoints = form.querySelector("[data-own-points]");

  // Points by the standard, as the review finds them: what put right at once or the occasion make of them is its word
  const figure = (points) => (points ? "\u2212" + String(Math.round(points * 100) / 100) : "0");

  const read = () => {
    const found = [...form.querySelectorAll("[data-points]")].filter((box) => box.checked);
    const own = ownText.value.trim() !== "";
    const points = found.reduce((total, box) => total + Number(box.dataset.points), own ? Number(ownPoints.value) || 0 : 0);
    form.classList.toggle("has-some", found.length > 0 || own);
    sum.textContent = figure(points);
  };

  form.addEventListener("change", read);
  form.addEventListener("input", read);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    if (button.dataset.step === "up") ownPoints.stepUp();
    else ownPoints.stepDown();
    read();
  });
  // The browser fills a form in again after "back", sometimes behind our back
  window.addEventListener("pageshow", read);
  read();
})();
