function Invoke-AgentCommand {
    <#
    .SYNOPSIS
    Runs a script block once and, if it fails, says why on the information stream.
    .DESCRIPTION
    Output goes through as it comes, errors leave as they are, and the exit code of native programs stays. When the block
    failed, one line on the information stream names the cause, and Resolve-AgentError shows the whole diagnosis.
    As inside try, a terminating error ends the block. An error that the block silenced is not diagnosed when it can be told.
    .PARAMETER ScriptBlock
    What to run. It runs in the caller's scope rules, exactly once.
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
    $newest = if ($global:Error.Count) { $global:Error[0] }
    # The block sees the caller's preferences; -ErrorAction must reach it too, so it is lent to the caller's scope meanwhile.
    $variables = $PSCmdlet.SessionState.PSVariable
    $lend = $PSBoundParameters.ContainsKey('ErrorAction')
    $own = if ($lend) { $variables.Get('local:ErrorActionPreference') }
    $before = if ($own) { $own.Value }
    $code = $variables.GetValue('global:LASTEXITCODE')
    try {
        if ($lend) { $variables.Set('local:ErrorActionPreference', $PSBoundParameters['ErrorAction']) }
        try { & $ScriptBlock }
        finally {
            if ($lend -and $own) { $variables.Set('local:ErrorActionPreference', $before) }
            elseif ($lend) { $variables.Remove('local:ErrorActionPreference') }
        }
    }
    catch {
        Show-AgentHint $_ $PSCmdlet.SessionState $null $Offline $PSBoundParameters
        throw
    }
    $mood = [string] $(if ($lend) { $PSBoundParameters['ErrorAction'] } else { $variables.GetValue('ErrorActionPreference') })
    $new = New-Object 'System.Collections.Generic.List[object]'
    foreach ($item in $global:Error) { if ([object]::ReferenceEquals($item, $newest)) { break }; $new.Add($item) }
    if ($new.Count) {
        if ($mood -in 'SilentlyContinue', 'Ignore') { return }
        $shown = $new | Where-Object { -not (Test-AgentSilenced $_ $ScriptBlock ($mood -eq 'Stop')) } | Select-Object -First 1
        if ($null -ne $shown) { Show-AgentHint $shown $PSCmdlet.SessionState $null $Offline $PSBoundParameters }
    }
    elseif ($variables.GetValue('global:LASTEXITCODE') -and $variables.GetValue('global:LASTEXITCODE') -ne $code) {
        # An exit code equal to the one before the block cannot be told from it and is not diagnosed.
        $native = @{ ExitCode = $variables.GetValue('global:LASTEXITCODE') }
        Show-AgentHint $null $PSCmdlet.SessionState $native $Offline $PSBoundParameters
    }
}
