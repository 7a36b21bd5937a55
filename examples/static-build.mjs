// A static build: writes the blog as files, and the next time only what changed since.
// node static-build.mjs http://127.0.0.1:8000 site

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";

const [service, folder] = process.argv.slice(2);
const api = `${service}/api/v1`;
const memory = `${folder}.json`; // the version that was built last, and a copy of the site then

async function follow({ version, copy }) {
  const changed = new Set();
  let cursor = "";
  for (;;) {
    const answer = await fetch(`${api}/changes?since=${version}&limit=100${cursor}`);
    const page = await answer.json();
    // What changed since is forgotten (410), or the version never was (422: a restored backup).
    if (answer.status === 410 || (answer.status === 422 && version > 0)) return follow(nothing());
    if (!answer.ok) throw new Error(page.detail);
    for (const { type, id, document } of page.data) {
      if (document) copy[type][id] = document;
      else delete copy[type][id];
      changed.add(id);
    }
    if (!page.next_cursor) return { version: page.version, copy, changed };
    cursor = `&cursor=${page.next_cursor}`;
  }
}

function nothing() {
  return { version: 0, copy: { post: {}, author: {}, tag: {} } };
}

async function remembered() {
  if (existsSync(memory)) return JSON.parse(await readFile(memory, "utf8"));
  if (existsSync(folder)) throw new Error(`${folder} is not of this build. Remove it first.`);
  await remember(nothing());
  return nothing();
}

async function remember(state) {
  await writeFile(`${memory}.new`, JSON.stringify(state));
  await rename(`${memory}.new`, memory); // in one step: there is never half of it
}

async function build({ copy, changed }) {
  const posts = Object.values(copy.post).sort(newestFirst);
  await mkdir(`${folder}/posts`, { recursive: true });
  const left = new Set(await readdir(`${folder}/posts`));
  for (const post of posts) {
    const name = `${post.slug}.html`;
    const isNew = !left.delete(name);
    if (isNew || changed.has(post.id)) await writeFile(`${folder}/posts/${name}`, postPage(post));
  }
  // Of posts that were withdrawn or have another slug now.
  for (const name of left) await rm(`${folder}/posts/${name}`);
  await writeFile(`${folder}/index.html`, indexPage(posts));
}

function newestFirst(one, other) {
  return one.published_at + one.id < other.published_at + other.id ? 1 : -1;
}

function indexPage(posts) {
  const items = posts.map(
    ({ slug, title }) => `<li><a href="posts/${slug}.html">${escaped(title)}</a></li>`,
  );
  return htmlPage("Blog", `<ul>\n${items.join("\n")}\n</ul>`);
}

function postPage({ title, html, authors }) {
  const names = authors.map(({ name }) => escaped(name)).join(", ");
  return htmlPage(title, `<p>${names}</p>\n${html}`); // `html` was sanitised when it was published
}

function htmlPage(title, content) {
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title>`;
  return `<!doctype html>\n${head}\n<h1>${escaped(title)}</h1>\n${content}\n`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const site = await follow(await remembered());
await build(site);
// Last: a build that is interrupted before is done again from where it began.
await remember({ version: site.version, copy: site.copy });
console.log(`Version ${site.version}, ${site.changed.size} changed`);
