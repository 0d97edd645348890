"""`vault-mem bisect`: the first act after which recall answered otherwise."""

from __future__ import annotations

from typing import Any

import click

from vault_mem.cli import beliefs, evidence, output, parameters
from vault_mem.cli.invocation import Call, opened, vault_command
from vault_mem.cli.patches import show_difference
from vault_mem.cli.progress import Progress
from vault_mem.memory.answers import Bisected


@vault_command("bisect")
@click.argument("query", nargs=-1, required=True)
@click.option("--good", required=True, metavar="WHEN", help="A revision or time at which the answer was right.")
@click.option("--bad", metavar="WHEN", help="One at which it is not; the last commit if not given.")
@click.option("--expect", metavar="TEXT", help="The answer is right if its note holds these words.")
@click.option("--note", help="The answer is right if it is this note.")
@parameters.words("--types", "Any of these types.")
@click.option("--path", help="A folder, a note, or a glob.")
@click.option("--namespace", help="A project; empty is the global one.")
def command(call: Call, query: tuple[str, ...], **options: Any) -> None:  # Any: as declared above
    """Find the act that changed recall's first answer to QUERY.

    Without --expect and --note, the right answer is the one given at --good. It asks at about log2(n) revisions of the
    branch; where the answer changed more than once, it finds one of the changes.
    """
    progress = Progress()
    with opened(call, progress) as memory:
        answer = memory.bisect(" ".join(query), progress=progress, **options)
    if call.as_json:
        output.data(answer)
    else:
        _show(answer)


def _show(answer: Bisected) -> None:
    if answer.act is None:
        output.line("The first answer is right at both ends" if answer.is_right else "It is right at neither end")
        beliefs.show("at good", answer.before)
        beliefs.show("at bad", answer.after)
    else:
        beliefs.show_act(answer.act)
        beliefs.show("before", answer.before)
        beliefs.show("after", answer.after)
        if not {belief.path for belief in (answer.before, answer.after) if belief} & {
            one.path for one in answer.changed
        }:
            output.message("It changed the note of neither answer: others came to rank above it")
        for change in answer.changed:
            output.line(output.Styled(change.path, "bold"))
            show_difference(change.difference)
        for act in answer.brought:
            output.line("it brought")
            beliefs.show_act(act)
    for text in answer.notice:
        output.message(output.Styled("note: ", "warn"), text)
    asked = f"asked at {evidence.count(answer.recalls, 'revision')} of {answer.commits + 1:,}"
    output.message(output.Styled(f"{asked}, {evidence.short(answer.since)}..{evidence.short(answer.revision)}", "dim"))
