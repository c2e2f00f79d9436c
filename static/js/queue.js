// The review on a desk: a row opens beside the list, and J, K, X go through it. Without this the rows are plain links.
(() => {
  const desk = window.matchMedia("(min-width: 768px)");
  const queue = () => document.getElementById("queue");
  const rows = () => [...document.querySelectorAll("#queue .q:not(details:not([open]) *)")];
  const current = () => document.querySelector("#queue .q[aria-current]");

  // A decision is on its way: its answer brings the next check, and nothing else may come between
  const deciding = () => document.querySelector(".bench .htmx-request:not(#queue)");

  const mark = (row) => {
    current()?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
  };

  const show = (row) => {
    if (row) open(row.querySelector("a").href, row);
  };

  // What #side showed when the list went on without it; null while they agree
  let left = null;

  // The list goes on at once, #side when the answer is there: until then nothing in it can be pressed
  const open = (address, row = current()) => {
    if (deciding()) return;
    const side = document.getElementById("side");
    document.querySelector("#messages [data-wanting]")?.remove(); // of the check that is left
    if (left?.side !== side) left = { side, row: current(), address: location.href };
    if (side.contains(document.activeElement)) queue().focus({ preventScroll: true });
    side.inert = true;
    mark(row);
    row?.scrollIntoView({ block: "nearest" });
    history.replaceState(history.state, "", address);
    const asked = (left.asked = {});
    const ended = () => asked === left?.asked && back();
    htmx.ajax("GET", address, { source: "#queue", target: side, swap: "outerHTML" }).then(ended, ended);
  };

  // No answer that could be shown: all as it was. After an answer that #side is gone, and there is nothing to do
  const back = () => {
    const { side, row, address } = left;
    left = null;
    if (!side.isConnected) return;
    side.inert = false;
    mark(row);
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

  // The reason for a check stays with it in this tab until it is sent, whatever is looked at in between
  const slip = () => document.querySelector("#side [data-kept]");

  const stored = (act) => {
    try {
      return act(sessionStorage, slip().dataset.kept);
    } catch {
      return null; // nowhere to keep it
    }
  };

  const keep = () => {
    const { why, reason } = slip().elements;
    stored((tab, name) => tab.setItem(name, JSON.stringify({ why: why.value, reason: reason.value })));
  };

  // What the page came with was refused just now, and is the newer
  const bringBack = () => {
    const found = slip() && stored((tab, name) => JSON.parse(tab.getItem(name)));
    if (!found) return;
    const { why, reason } = slip().elements;
    if (why.value || reason.value) return;
    why.value = found.why;
    reason.value = found.reason;
  };

  bringBack();
  document.addEventListener("htmx:afterSwap", bringBack);
  document.addEventListener("input", (event) => event.target.closest("[data-kept]") && keep());
  document.addEventListener("htmx:beforeOnLoad", ({ target, detail }) => {
    if (detail.xhr.status < 300 && target.closest("#side") && slip()) stored((tab, name) => tab.removeItem(name));
  });

  // Back to a page that the browser has kept: what it shows may be decided by now
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

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
