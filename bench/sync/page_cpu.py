"""CPU of reading pages, beside raw requests + orjson on the same server.

    .venv/bin/python -m bench.sync.page_cpu [--pages 30] [--rounds 5]

Target: at most 1.2 times. Rounds alternate; the least of each is compared, for the machine is
shared. The server answers 100 recorded dossiers at once.
"""

import argparse
import time
from collections.abc import Callable

import orjson
import requests

from bench.serving import PAGE, page_server
from clients.capabilities import capabilities_of
from clients.documents import document
from clients.limiter import Limiter
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from settings import Settings


def bare(settings: Settings, query: str) -> int:
    """A loop over pages, with nothing but requests and orjson."""
    read, after = 0, None
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {settings.token().get_secret_value()}"
        while True:
            variables = {"number": settings.demarche, "first": PAGE, "after": after}
            answer = session.post(
                settings.ds_url, json={"query": query, "variables": variables}, timeout=60
            )
            connection = orjson.loads(answer.content)["data"]["demarche"]["dossiers"]
            read += len(connection["nodes"])
            after = connection["pageInfo"]["endCursor"]
            if not connection["pageInfo"]["hasNextPage"]:
                return read


def cpu(work: Callable[[], int]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with page_server(asked.pages * PAGE) as settings:
        token = settings.token().get_secret_value()
        with DsTransport(settings.ds_url, token, limiter=Limiter(10**9)) as transport:
            query = document("Page", without=capabilities_of(transport).without).text
            reader = DsReader(transport)

            def ours() -> int:
                pages = reader.pages(settings.demarche_number(), updated_since=None)
                return sum(len(page.dossiers) for page in pages)

            if not ours() == bare(settings, query) == asked.pages * PAGE:
                raise SystemExit("the two do not read the same")
            pairs = [(cpu(lambda: bare(settings, query)), cpu(ours)) for _ in range(asked.rounds)]
    floor, least = (min(one) / asked.pages * 1000 for one in zip(*pairs, strict=True))
    print(f"raw {floor:.2f} ms a page, ours {least:.2f} ms: {least / floor:.2f} times (≤ 1.2)")


if __name__ == "__main__":
    main()
