"""What crawlers look for: sitemaps, robots.txt, llms.txt."""
