"""How soon a browser that comes for the first time shows the newest run: `first_paint.py TIMES COOKIE URL…` prints one JSON object a URL."""

import json
import os
import statistics
import sys
import time

from playwright.sync_api import sync_playwright

times, (name, _, value) = int(sys.argv[1]), sys.argv[2].partition("=")
addresses = sys.argv[3:]
found = {address: {"paint": [], "run": [], "bytes": []} for address in addresses}
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-background-networking"])
    for number in range(times + 1):
        for address in addresses if number % 2 else addresses[::-1]:
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": addresses[0]}])
            page, sizes = context.new_page(), []
            page.on("requestfinished", lambda request: sizes.append(sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))))
            began = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.get_by_text("run-", exact=False).first.wait_for(timeout=60_000)
            shown = time.perf_counter() - began
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")
            context.close()
            if number and paint is not None:  # the first pays for the browser's own start
                found[address]["paint"].append(paint)
                found[address]["run"].append(shown * 1000)
                found[address]["bytes"].append(sum(sizes))
    browser.close()
print(json.dumps([{"firstContentfulPaintMs": round(statistics.median(one["paint"])), "newestRunInSightMs": round(statistics.median(one["run"])),
                   "transferredKiB": round(statistics.median(one["bytes"]) / 1024)} for one in found.values()]))
