// The review on a desk: a row opens beside the list, and J, K, X go through it. Without this the rows are plain links.
(() => {
  const desk = window.matchMedia("(min-width: 768px)");
  const queue = () => document.getElementById("queue");
  const rows = () => [...document.querySelectorAll("#queue .q")].filter((row) => row.offsetParent !== null);
  const current = () => document.querySelector("#queue .q[aria-current]");

  const show = (row) => {
    if (!row) return;
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    open(row.querySelector("a").href);
  };

  const open = (address) => {
    htmx.ajax("GET", address, { target: "#side", swap: "outerHTML" });
    history.replaceState(history.state, "", address);
  };

  const step = (by) => {
    const all = rows();
    show(all[all.indexOf(current()) + by] || (current() ? null : all[0]));
  };

  const tick = () => {
    const box = current()?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".q a, a[data-row]");
    if (!link || !desk.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const row = link.closest(".q") || rows().find((one) => one.querySelector("a").href === link.href);
    if (row) show(row);
    else open(link.href);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (!event.target.closest?.("[data-keys]") || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { j: () => step(1), k: () => step(-1), x: tick }[event.key.toLowerCase()];
    if (!act || event.shiftKey) return;
    event.preventDefault();
    act();
  });

  // The box of a folded row ticks what is folded into it
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-fold]")) return;
    const boxes = event.target.closest(".q-fold").querySelectorAll(".q input[type=checkbox]");
    for (const box of boxes) box.checked = event.target.checked;
  });

  // What had the focus was exchanged: the keys go on working
  const refocus = () => {
    if (desk.matches && document.activeElement === document.body) queue()?.focus({ preventScroll: true });
  };
  document.addEventListener("htmx:afterSettle", () => {
    refocus();
    if (desk.matches) current()?.scrollIntoView({ block: "nearest" });
  });
  if (matchMedia("(pointer: fine)").matches) refocus();
})();
