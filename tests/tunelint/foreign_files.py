"""The same three questions and answers as people bring them, in every format."""

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from typing import Any

TALKS = [
    ("¿Qué ver en Lima?", "El malecón. ¿Te gusta caminar?"),
    ("Was gibt es in Köln?", "Den Dom.\nUnd den Rhein; möchtest du hin?"),
    ('Say "yes", please', "Yes: [1] {2}"),
]
Row = Any


def lines(*rows: Row) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def talk(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


ROWS = [{"messages": talk(*one)} for one in TALKS]
PAIRS = [
    {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": answer}],
        "non_preferred_output": [{"role": "assistant", "content": "No."}],
    }
    for question, answer in TALKS
]
OWN = lines(*ROWS)


def table(delimiter: str, *names: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([names, *TALKS])
    return text.getvalue().encode()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _said(question: str, answer: str) -> list[dict[str, str]]:
    return [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]


def _parts(question: str, answer: str) -> list[Row]:
    def message(role: str, text: str) -> Row:
        return {"role": role, "content": [{"type": "text", "value": text}], "loss_weight": 1.0}

    return [message("user", question), message("assistant", answer)]


# Each is converted to ROWS.
CONVERSATIONS: dict[str, bytes] = {
    "ShareGPT conversations": lines(*({"conversations": _said(*one)} for one in TALKS)),
    "LLaMA-Factory messages": lines(*({"messages": _parts(*one)} for one in TALKS)),
    "Alpaca instructions": lines(*({"instruction": q, "input": "", "output": a} for q, a in TALKS)),
    "prompt/completion pairs": lines(*({"prompt": q, "completion": a} for q, a in TALKS)),
    "prompt/completion pairs of lists": lines(
        *({"prompt": talk(*one)[:1], "completion": talk(*one)[1:]} for one in TALKS)
    ),
    "prompt/completion pairs with marks": lines(
        *({"prompt": f"{q}\n\n###\n\n", "completion": f" {a} END"} for q, a in TALKS)
    ),
    "question/answer pairs": lines(*({"Question": q, "Answer": a} for q, a in TALKS)),
    "Gemini contents": lines(
        *(
            {
                "contents": [
                    {"role": "user", "parts": [{"text": question}]},
                    {"role": "model", "parts": [{"text": answer}]},
                ]
            }
            for question, answer in TALKS
        )
    ),
    "bare lists of messages": lines(*(talk(*one) for one in TALKS)),
    "messages written as text": lines(*({"messages": json.dumps(talk(*one))} for one in TALKS)),
    "batch-API requests": lines(
        *({"custom_id": "1", "url": "/v1/chat/completions", "body": row} for row in ROWS)
    ),
    "array": json.dumps(ROWS, ensure_ascii=False).encode(),
    "array, pretty-printed": json.dumps(ROWS, ensure_ascii=False, indent=2).encode(),
    "wrapper": json.dumps({"version": "1", "data": ROWS}).encode(),
    "wrapper, pretty-printed": json.dumps({"data": ROWS}, indent=1).encode(),
    "spread": "\n".join(json.dumps(row, indent=2) for row in ROWS).encode(),
    "CSV": table(",", "prompt", "completion"),
    "CSV with semicolons and a mark": b"\xef\xbb\xbf" + table(";", "Prompt", "Completion"),
    "TSV": table("\t", "question", "answer"),
    "fence": b"Here they are:\n\n```jsonl\n" + OWN + b"```\nHave fun, friends\n",
    "carriage returns": OWN.replace(b"\n", b"\r"),
    "gzip": gzip.compress(OWN),
    "zip": zipped(**{"rows.jsonl": OWN, "__MACOSX/rows.jsonl": b"x"}),
    "UTF-16": OWN.decode().encode("utf-16"),
    "UTF-16 without a mark": OWN.decode().encode("utf-16-le"),
    "UTF-32": OWN.decode().encode("utf-32"),
    "Windows-1252": OWN.decode().encode("cp1252"),
}

# Each is converted to PAIRS.
PREFERENCES: dict[str, bytes] = {
    "TRL preference pairs": lines(
        *({"prompt": q, "chosen": a, "rejected": "No."} for q, a in TALKS)
    ),
    "TRL preference pairs of lists": lines(
        *({"chosen": talk(q, a), "rejected": talk(q, "No.")} for q, a in TALKS)
    ),
}

# Named, and nobody can convert them.
HOPELESS: dict[str, bytes] = {
    "PDF": b"%PDF-1.7\n",
    "SQLite": b"SQLite format 3\x00" + bytes(100),
    "Excel": zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "other text": b"Dear all\nplease find the data attached\n",
    "bzip2": bz2.compress(OWN),
    "xz": lzma.compress(OWN),
    "batch-API answers": lines(*({"custom_id": "1", "response": {"body": {}}} for _ in TALKS)),
    "running text": lines(*({"text": f"{q} {a}"} for q, a in TALKS)),
    "Qwen-VL messages": lines(
        *(
            {"messages": [{"role": "user", "content": [{"type": "image", "image": "form.png"}]}]}
            for _ in TALKS
        )
    ),
}
