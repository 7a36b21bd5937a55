// All together: ?post=… is a post page, ?tag=… a tag page, everything else the index.

import { showPosts } from "./blog-index.js";
import { showPost } from "./post-page.js";
import { linkFeed } from "./rss-link.js";
import { startSearch } from "./search-box.js";
import { showTag } from "./tag-page.js";

const service = "http://127.0.0.1:8000"; // its CMS_CORS_ORIGINS must name the origin of this page
const api = `${service}/api/v1`;
const find = (selector) => document.querySelector(selector);

// Whatever fails says why: the `detail` of the answer, or that there was none.
addEventListener("unhandledrejection", ({ reason }) => {
  find(".notice").textContent = reason.message;
});

async function show(page, asked) {
  if (asked.has("post")) await showPost(api, page, asked.get("post"));
  else if (asked.has("tag")) await showTag(api, page, asked.get("tag"));
  else await showPosts(api, page);
  await linkFeed(service, find(".feed"), asked.get("tag"));
}

startSearch(api, find("form"), find(".suggestions"), find(".results"));
show(find("main"), new URLSearchParams(location.search));
