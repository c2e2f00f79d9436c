// The list of places: it opens at the place that is next, and goes along with the button under the thumb.
(() => {
  const show = (behavior) => {
    document.querySelector(".split[aria-current]")?.scrollIntoView({ block: "nearest", behavior });
  };

  // Back, forward and reload come to where one was; an address with a # says itself where to
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival?.type === "navigate" && !location.hash) show("instant");

  // A row's own button leaves the list still: the next tap may be on its way to the row below
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.boosted) queueMicrotask(() => show("instant")); // htmx scrolls to the top behind this
    else if (detail.requestConfig?.elt.id === "do-now") show("auto");
  });
})();
