"""The crawler that a course on asyncio ends with: aiohttp, BeautifulSoup, a queue and a set.

    aiohttp_bs4.py SEED CONCURRENCY

It keeps title and links of each page in memory, and lets go of each tree before it waits again.
"""
import asyncio
import sys
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp
from bs4 import BeautifulSoup


def read(url, text):
    soup = BeautifulSoup(text, "lxml")
    title = soup.title.get_text(strip=True) if soup.title else ""
    return title, [urldefrag(urljoin(url, a["href"])).url for a in soup.find_all("a", href=True)]


async def main(seed, concurrency):
    host = urlsplit(seed).netloc
    queue = asyncio.Queue()
    queue.put_nowait(seed)
    seen = {seed}
    pages = {}

    async def work(session):
        while True:
            url = await queue.get()
            try:
                async with session.get(url) as response:
                    text = await response.text()
                pages[url] = read(url, text)
                for link in pages[url][1]:
                    if link not in seen and urlsplit(link).netloc == host:
                        seen.add(link)
                        queue.put_nowait(link)
            except aiohttp.ClientError as error:
                print(url, error)
            finally:
                queue.task_done()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        workers = [asyncio.create_task(work(session)) for _ in range(concurrency)]
        await queue.join()
        for worker in workers:
            worker.cancel()
    print("PAGES", len(pages))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
