"""A report as JSON, with all findings, as docs/findings.schema.json describes."""

import json

from tunelint.findings import Report


def as_json(report: Report) -> str:
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=2)
