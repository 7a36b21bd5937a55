// A tag page: what the tag is about, and its posts.

import { showPosts } from "./blog-index.js";

export async function showTag(api, page, slug) {
  const answer = await fetch(`${api}/tags/${encodeURIComponent(slug)}`);
  const tag = await answer.json();
  if (!answer.ok) throw new Error(tag.detail);

  if (tag.slug !== slug) history.replaceState(null, "", `?tag=${tag.slug}`);
  document.title = tag.name;
  page.querySelector("h1").textContent = `${tag.name} (${tag.post_count})`;
  page.querySelector(".about").textContent = tag.description;
  await showPosts(api, page, tag.slug); // with today's slug: a list knows no older ones
}
