"""How the findings of `check`, `fsck` and `doctor` are shown, and what they make of the exit code."""

from __future__ import annotations

import click

from vault_mem.cli import evidence, output
from vault_mem.cli.invocation import Call
from vault_mem.memory.answers import Finding, Report

_STYLES = {"error": "bad", "warning": "warn", "info": "good"}


def show_report(call: Call, report: Report, *, info: str = "remark") -> None:
    """Print a report, the worst first.

    Args:
        call: how to print it.
        report: what was found.
        info: what a finding of severity info is called.

    Raises:
        click.exceptions.Exit: with code 1 if it holds an error.
    """
    if call.as_json:
        output.data(
            {
                "is_ok": report.is_ok,
                "revision": report.revision,
                "checked": report.checked,
                "findings": report.findings,
            }
        )
    else:
        for finding in report.findings:
            _show(finding, info if finding.severity == "info" else finding.severity)
        output.message(_summary(report))
    if not report.is_ok:
        raise click.exceptions.Exit(1)


def _show(finding: Finding, word: str) -> None:
    where = ":".join(str(part) for part in (finding.path, finding.line, finding.column) if part is not None)
    output.line(
        output.Styled(f"{word:<8}", _STYLES[finding.severity]),
        output.Styled(f"{where}: " if where else "", "place"),
        finding.message,
        output.Styled(f"  [{finding.code}]", "dim"),
    )
    if finding.hint:
        output.line("        ", output.Styled(finding.hint, "dim"))


def _summary(report: Report) -> str:
    counts = [
        evidence.count(number, severity)
        for severity in ("error", "warning")
        if (number := sum(finding.severity == severity for finding in report.findings))
    ]
    return f"{', '.join(counts) or 'nothing wrong'}; looked at {', '.join(report.checked)}"
