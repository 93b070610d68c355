// What parsers of node read: read.js PARSER < texts > readings. The form of both is told in read.py and tree.rs.
const readline = require("readline");

const hexed = (value) => Buffer.from(value, typeof value === "string" ? "utf8" : undefined).toString("hex");

function tree(value) {
  if (value === null || value === undefined) return "n";
  if (value === true) return "t";
  if (value === false) return "f";
  if (typeof value === "number") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return "#d" + bytes.toString("hex");
  }
  if (typeof value === "string" || Buffer.isBuffer(value)) return '"' + hexed(value);
  if (Array.isArray(value)) return "[" + value.map(tree).join(",") + "]";
  const members = Object.entries(value).map(([name, member]) => hexed(name) + ":" + tree(member));
  return "{" + members.sort().join(",") + "}";
}

// Pairs of one name beside one another, in the order in which they came.
function grouped(pairs) {
  const keyed = pairs.map((pair, place) => [hexed(pair[0]), place, pair]);
  keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  return keyed.map((one) => one[2]);
}

function readXml(text) {
  const sax = require("sax");
  const parser = sax.parser(true, { xmlns: true });
  let root = null;
  const open = [];
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = (node) => {
    const attributes = {};
    for (const one of Object.values(node.attributes)) {
      if (one.prefix === "xmlns" || one.name === "xmlns") continue;
      attributes[(one.prefix ? one.uri : "") + "|" + one.local] = one.value;
    }
    const element = [node.uri, node.local, attributes];
    if (open.length) open[open.length - 1].push(element);
    else root = element;
    open.push(element);
  };
  parser.onclosetag = () => open.pop();
  const add = (text) => {
    const around = open[open.length - 1];
    if (!around) return;
    if (around.length > 3 && typeof around[around.length - 1] === "string") around[around.length - 1] += text;
    else around.push(text);
  };
  parser.ontext = add;
  parser.oncdata = add;
  parser.write(text.toString("utf8")).close();
  return root;
}

function readFastXml(text) {
  const { XMLParser, XMLValidator } = require("fast-xml-parser");
  const source = text.toString("utf8");
  const said = XMLValidator.validate(source);
  if (said !== true) throw new Error(said.err.msg);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    ignoreDeclaration: true,
  });
  const element = (node) => {
    const [local] = Object.keys(node).filter((name) => name !== ":@");
    const attributes = {};
    for (const [name, value] of Object.entries(node[":@"] || {})) attributes["|" + name] = String(value);
    const out = ["*", local, attributes];
    for (const child of node[local]) out.push("#text" in child ? String(child["#text"]) : element(child));
    return out;
  };
  return element(parser.parse(source).find((node) => !("#text" in node)));
}

function readBusboy(label, text) {
  const busboy = require("busboy")({ headers: { "content-type": label.toString("latin1") }, preservePath: true });
  const out = [];
  let failed = null;
  busboy.on("field", (name, value) => out.push([name, [value]]));
  busboy.on("file", (name, stream, said) => {
    const pieces = [];
    const place = out.push([name, [Buffer.alloc(0), said.filename || ""]]) - 1;
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("end", () => (out[place][1][0] = Buffer.concat(pieces)));
    stream.on("error", (error) => (failed = error));
  });
  busboy.on("error", (error) => (failed = error));
  return new Promise((done, fail) => {
    busboy.on("close", () => (failed ? fail(failed) : done(grouped(out))));
    busboy.on("error", fail);
    busboy.end(text);
  });
}

const READERS = {
  json: (_label, text) => JSON.parse(text.toString("utf8")),
  pairs: (_label, text) => grouped([...new URLSearchParams(text.toString("utf8"))]),
  qs: (_label, text) => require("qs").parse(text.toString("utf8"), { plainObjects: true }),
  path: (_label, text) => {
    const path = new URL(text.toString("utf8"), "http://api").pathname;
    return path.slice(1).split("/").map((segment) => decodeURIComponent(segment));
  },
  sax: (_label, text) => readXml(text),
  "fast-xml": (_label, text) => readFastXml(text),
  busboy: readBusboy,
};

(async () => {
  const read = READERS[process.argv[2]];
  const out = [];
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [label, text] = line.split(" ").map((word) => Buffer.from(word, "hex"));
    try {
      out.push(tree(await read(label, text)));
    } catch (error) {
      out.push("!" + String(error && error.message).replace(/[^ -~]/g, "?").slice(0, 120));
    }
  }
  process.stdout.write(out.join("\n") + "\n");
})();
