// A table that is sorted by the heading that is pressed.

// - `columns`: [heading, value that is sorted by, words where they are others than the value]; numbers sort from the greatest.
// - `entries`: one a row, given to value and words.
// - `named`: the column that names a row.
//
// Returns the table, and its rows in the order of `entries`.
function sortableTable(label, caption, columns, entries, named) {
  const isNumeric = columns.map(([, value]) => entries.length > 0 && typeof value(entries[0]) === "number");
  const body = element("tbody", {});
  const rows = entries.map((entry, number) => element("tr", { "data-step": number }, columns.map(([, value, words], column) =>
    element(column === named ? "th" : "td", { scope: column === named && "row", class: isNumeric[column] && "number" },
      words ? words(entry) : isNumeric[column] ? count(value(entry)) : value(entry)))));
  let [sorted, isDescending] = [0, false];
  const headings = columns.map(([words], column) => element("th",
    { scope: "col", class: isNumeric[column] && "number" },
    element("button", { type: "button", click: () => sort(column) }, words)));

  function sort(column) {
    isDescending = column === sorted ? !isDescending : isNumeric[column] && column > 0;
    sorted = column;
    const values = entries.map(columns[column][1]);
    const order = entries.map((_, number) => number).sort((a, b) => {
      const [first, second] = isDescending ? [values[b], values[a]] : [values[a], values[b]];
      return (first < second ? -1 : first > second ? 1 : 0) || a - b;
    });
    body.replaceChildren(...order.map((number) => rows[number]));
    mark();
  }

  function mark() {
    headings.forEach((heading, column) => column === sorted
      ? heading.setAttribute("aria-sort", isDescending ? "descending" : "ascending")
      : heading.removeAttribute("aria-sort"));
  }

  body.append(...rows);
  mark();
  const node = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label },
    element("table", { class: "sortable" }, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, headings)), body));
  return { node, rows };
}
