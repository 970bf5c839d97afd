function Show-AgentHint {
    # Diagnoses, keeps the answer for Resolve-AgentError, and says it in one line on the information stream. Never throws.
    param([object] $Record, [Management.Automation.SessionState] $Session, [object] $Native, [bool] $Offline, [Collections.IDictionary] $Bound)
    try {
        $answer = Get-AgentDiagnosis $Record $Session -Native $Native -Offline:$Offline
        if ($null -eq $answer) { return }
        $script:Last = @{ Record = $(if ($Native -and $global:Error.Count) { $global:Error[0] } else { $Record }); Diagnosis = $answer; Native = [bool] $Native }
        $show = if ($Bound.ContainsKey('InformationAction')) { $Bound['InformationAction'] } else { 'Continue' }
        $text = "[ErrorAgent] $($answer.Cause) ($($answer.Certainty)). Resolve-AgentError shows the proof and the fix."
        Write-Information $text -Tags 'ErrorAgent' -InformationAction $show
    }
    catch { Write-Warning "ErrorAgent: no diagnosis: $(Protect-AgentText $_.Exception.Message 300)" -WarningAction Continue }
}

function Test-AgentSilenced {
    # Did the failed command ask for silence? Told by the words on its line; a preference deep in another script is not visible.
    param([object] $Record)
    $record = Get-AgentRecord $Record
    if ($null -eq $record -or $null -eq $record.InvocationInfo) { return $false }
    $line = [string] (Get-AgentStatement $record.InvocationInfo)
    $line -match '(?i)-(?:ErrorAction|EA)[\s:]+[''"]?(?:SilentlyContinue|Ignore|0|4)\b' -or $line -match '2>\s*\$null' -or $line -match '(?i)\bcatch\b'
}

function Test-AgentSame {
    # Are both the same failure? A rethrown error is a new record around the same exception.
    param([object] $One, [object] $Other)
    if ([object]::ReferenceEquals($One, $Other)) { return $true }
    $first = Get-AgentRecord $One
    $second = Get-AgentRecord $Other
    $null -ne $first -and $null -ne $second -and [object]::ReferenceEquals($first.Exception, $second.Exception)
}
