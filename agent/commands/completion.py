"""``agent completion``: the completion script for a shell."""

from __future__ import annotations

import click

from agent.exits import OK

_POWERSHELL = r"""Register-ArgumentCompleter -Native -CommandName agent -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    $saved = $env:_AGENT_COMPLETE, $env:COMP_WORDS, $env:COMP_CWORD
    try {
        $env:_AGENT_COMPLETE = 'bash_complete'
        $env:COMP_WORDS = $words -join "`n"
        $env:COMP_CWORD = [string]($words.Count - 1)
        & $words[0] 2>$null | ForEach-Object {
            $value = ($_ -split ',', 2)[1]
            if ($value) { [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $value) }
        }
    } finally {
        $env:_AGENT_COMPLETE, $env:COMP_WORDS, $env:COMP_CWORD = $saved
    }
}
"""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def command(shell: str) -> int:
    """Print the completion script for SHELL.

    \b
    bash        eval "$(agent completion bash)"
    zsh         eval "$(agent completion zsh)"
    fish        agent completion fish | source
    powershell  agent completion powershell | Out-String | Invoke-Expression
    """
    if shell == "powershell":
        click.echo(_POWERSHELL, nl=False)
        return OK
    from click.shell_completion import get_completion_class

    from agent.cli import cli

    maker = get_completion_class(shell)
    if maker is None:  # click knows all three
        raise click.UsageError(f"no completion for {shell}")
    click.echo(maker(cli, {}, "agent", "_AGENT_COMPLETE").source())
    return OK
