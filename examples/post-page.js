// A post page: also under a slug that the post had before, and a word about a post that is gone.

import { card } from "./blog-index.js";

export async function showPost(api, page, slug) {
  const answer = await fetch(`${api}/posts/${encodeURIComponent(slug)}?include=related`);
  const post = await answer.json();
  if (!answer.ok) throw new Error(post.detail); // 404: there never was one; 410: it was withdrawn

  // An older slug is answered with 308, and fetch has gone on to today's.
  if (post.slug !== slug) history.replaceState(null, "", `?post=${post.slug}`);
  document.title = post.seo.title ?? post.title;
  page.querySelector("h1").textContent = post.title; // plain text stays text, whatever is in it
  page.querySelector(".text").innerHTML = post.html; // sanitised when it was published
  const about = page.querySelector(".about");
  about.textContent = post.authors.map(({ name }) => name).join(", ");
  for (const tag of post.tags) {
    const link = document.createElement("a");
    link.href = `?tag=${tag.slug}`;
    link.textContent = tag.name;
    about.append(" · ", link);
  }
  page.querySelector(".posts").append(...post.related.map(card));
}
