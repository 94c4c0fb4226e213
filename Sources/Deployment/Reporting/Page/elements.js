// Elements of the page. Children are elements or text, which is never read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "style") Object.assign(node.style, value);
    else if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

// <tag attributes>children</tag>; attributes that are functions listen for the event of their name.
function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same inside a drawing.
function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Every drawing has a number, for the names that it is referred to by.
let drawings = 0;

// A drawing that a screen reader reads as its title and description.
function drawing(width, height, title, description, ...children) {
  const name = `drawing-${drawings++}`;
  return shape(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${name}-title ${name}-text`,
      // Smaller where there is less room, as on paper, but never larger.
      style: { maxWidth: `${width}px` },
    },
    shape("title", { id: `${name}-title` }, title),
    shape("desc", { id: `${name}-text` }, description),
    children,
  );
}

// A name that the model's file gave, which nobody may trust to have one line or one direction.
function name(text, most = Infinity) {
  return element("bdi", { class: "name", title: text.length > most ? shown(text) : undefined }, shown(text, most));
}

// A word of the plan such as depthwiseConvolution, which may take a line for each of its parts.
function parted(word) {
  return word.split(/(?=[A-Z][a-z])/).flatMap((part, index) => (index > 0 ? [element("wbr"), part] : [part]));
}

// A list of what colours stand for: pairs of a class and words.
function legend(entries) {
  return element(
    "ul",
    { class: "legend" },
    entries.map(([kind, words]) =>
      element("li", {}, element("span", { class: `key ${kind}`, "aria-hidden": "true" }), words)),
  );
}

// A table with a caption. Columns are [words, isNumeric]; rows are lists of cells.
function table(caption, columns, rows) {
  return element(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, columns.map(([words, isNumeric]) =>
        element("th", { scope: "col", class: isNumeric && "number" }, words)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell, column) =>
        element(column === 0 ? "th" : "td", { scope: column === 0 && "row", class: columns[column][1] && "number" },
          cell))))),
    ),
  );
}

// Text that is folded away until it is asked for. `content` makes it then.
function folded(words, content) {
  const details = element("details", {}, element("summary", {}, words));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(content());
  });
  return details;
}
