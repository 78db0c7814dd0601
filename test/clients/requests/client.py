"""Posts as a Python program does that was written for a Kafka REST Proxy, and prints what it got."""

import base64
import json
import sys

import requests

url = sys.argv[1]
V2 = "application/vnd.kafka.v2+json"


def produce(kind, records, **more):
    answer = requests.post(
        f"{url}/topics/orders",
        data=json.dumps({"records": records}).encode(),
        headers={"Content-Type": f"application/vnd.kafka.{kind}.v2+json", "Accept": V2},
        timeout=30,
        **more,
    )
    return {"status": answer.status_code, "type": answer.headers["Content-Type"], "body": answer.json()}


def stream(records):
    cluster = requests.get(f"{url}/v3/clusters", timeout=30).json()["data"][0]["cluster_id"]
    with requests.post(
        f"{url}/v3/clusters/{cluster}/topics/orders/records",
        data=(json.dumps(record).encode() for record in records),
        headers={"Content-Type": "application/json"},
        stream=True,
        timeout=30,
    ) as answer:
        lines = [json.loads(line) for line in answer.iter_lines() if line]
    return {"status": answer.status_code, "lines": lines}


binary = base64.b64encode(bytes(range(256))).decode()
print(
    json.dumps(
        {
            "json": produce("json", [{"key": "k", "value": {"a": [1.5, None, "é"]}}]),
            "binary": produce("binary", [{"value": binary}]),
            "unknown": requests.post(
                f"{url}/topics/missing",
                json={"records": [{"value": 1}]},
                headers={"Content-Type": "application/vnd.kafka.json.v2+json"},
                timeout=30,
            ).json(),
            "topics": requests.get(f"{url}/topics", timeout=30).json(),
            "stream": stream([{"value": {"type": "JSON", "data": n}} for n in range(20)]),
        }
    )
)
