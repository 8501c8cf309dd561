"""A Scrapy spider that follows every link of one host and keeps title and links of each page in memory.

    scrapy_links.py SEED CONCURRENCY
"""
import sys
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor

SEED, CONCURRENCY = sys.argv[1], int(sys.argv[2])


class Links(scrapy.Spider):
    name = "links"
    start_urls = [SEED]
    allowed_domains = [urlsplit(SEED).hostname]
    extractor = LinkExtractor()
    pages = {}

    def parse(self, response):
        links = [link.url for link in self.extractor.extract_links(response)]
        self.pages[response.url] = (response.css("title::text").get(), links)
        yield from response.follow_all(links)


process = CrawlerProcess({
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
    "COOKIES_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Links)
process.start()
print("PAGES", len(Links.pages))
