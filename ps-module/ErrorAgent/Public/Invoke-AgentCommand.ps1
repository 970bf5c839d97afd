function Invoke-AgentCommand {
    <#
    .SYNOPSIS
    Runs a script block once and, if it fails, says why on the information stream.
    .DESCRIPTION
    Output goes through as it comes, errors leave as they are, and the exit code of native programs stays. The block runs in the
    caller's scope, as if dot-sourced: variables that it assigns are there afterwards. When it failed and the cause is at least
    likely, one line on the information stream names it; Resolve-AgentError shows the whole diagnosis in any case.
    As inside try, a terminating error ends the block and leaves as if thrown. An error that the block silenced is not diagnosed when it can be told.
    What a native program says on standard error is seen only where the block merges it into its output (2>&1); else only the
    exit code is known. A block made by [scriptblock]::Create has no scope of its own: its variables do not stay.
    .PARAMETER ScriptBlock
    What to run. It runs in the caller's scope, exactly once.
    .PARAMETER Offline
    Runs no check that uses the network.
    .INPUTS
    None
    .OUTPUTS
    System.Object
    .EXAMPLE
    Invoke-AgentCommand { Connect-MgGraph -TenantId contoso.test -ClientId $app -CertificateThumbprint $print }

    Connects; on failure the cause is named below the error.
    .LINK
    Resolve-AgentError
    #>
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory = $true, Position = 0)] [scriptblock] $ScriptBlock,
        [switch] $Offline
    )
    # The block sees the caller's preferences; -ErrorAction must reach it too, so it is lent to the caller's scope meanwhile.
    $variables = $PSCmdlet.SessionState.PSVariable
    $start = @{
        Newest = $(if ($global:Error.Count) { $global:Error[0] }); Code = $variables.GetValue('global:LASTEXITCODE')
        Lines = New-Object 'System.Collections.Generic.Queue[object]'; Last = $script:Last
    }
    $lend = $PSBoundParameters.ContainsKey('ErrorAction')
    $own = if ($lend) { $variables.Get('local:ErrorActionPreference') }
    $before = if ($own) { $own.Value }
    $mood = [string] $(if ($lend) { $PSBoundParameters['ErrorAction'] } else { $variables.GetValue('ErrorActionPreference') })
    try {
        if ($lend) { $variables.Set('local:ErrorActionPreference', $PSBoundParameters['ErrorAction']) }
        try { Invoke-AgentBlock $ScriptBlock $start.Lines }
        finally {
            if ($lend -and $own) { $variables.Set('local:ErrorActionPreference', $before) }
            elseif ($lend) { $variables.Remove('local:ErrorActionPreference') }
            Restore-AgentErrorVariable $ScriptBlock $start $variables $PSBoundParameters
        }
    }
    catch {
        Show-AgentHint $ScriptBlock $start $mood $_ $PSCmdlet.SessionState $Offline $PSBoundParameters
        throw
    }
    Show-AgentHint $ScriptBlock $start $mood $null $PSCmdlet.SessionState $Offline $PSBoundParameters
}
