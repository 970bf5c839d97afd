function Show-AgentHint {
    # Diagnoses what failed in the block, if anything did, keeps it for Resolve-AgentError, and says the cause in one line on the
    # information stream when it is at least likely. Never throws.
    param(
        [scriptblock] $Block, [Collections.IDictionary] $Start, [string] $Mood, [object] $Stopped,
        [Management.Automation.SessionState] $Session, [bool] $Offline, [Collections.IDictionary] $Bound
    )
    try {
        $failure = Get-AgentFailure $Block $Start $Session.PSVariable.GetValue('global:LASTEXITCODE') $Mood $Stopped
        if ($null -eq $failure) { return }
        # A call inside the block has told it already.
        $told = $script:Last
        if ($told -and -not [object]::ReferenceEquals($told, $Start.Last) -and [object]::ReferenceEquals($told.Code, $failure.Code) -and
            ([object]::ReferenceEquals($told.Record, $failure.Record) -or (Test-AgentSame $told.Record $failure.Record))) { return }
        $failure.Newest = if ($global:Error.Count) { $global:Error[0] }
        $script:Last = $failure
        $answer = $failure.Diagnosis = Get-AgentDiagnosis $failure $Session -Offline:$Offline
        if (-not (Test-AgentKnown $answer)) { return }
        $show = if ($Bound.ContainsKey('InformationAction')) { $Bound['InformationAction'] } else { 'Continue' }
        $text = "[ErrorAgent] $($answer.Cause) ($($answer.Certainty)). Resolve-AgentError shows the proof and the fix."
        Write-Information $text -Tags 'ErrorAgent' -InformationAction $show
    }
    catch { Write-Warning "ErrorAgent: no diagnosis: $(Protect-AgentText $_.Exception.Message 300)" -WarningAction Continue }
}

function Test-AgentSilenced {
    # Did the block ask for silence, or catch this error itself? Told by its own words; what a called script does is not visible.
    param([object] $Record, [scriptblock] $Block, [bool] $Stop)
    $record = Get-AgentRecord $Record
    if ($null -eq $record -or $null -eq $record.InvocationInfo) { return $false }
    $call = $record.InvocationInfo
    $words = '(?i)-(?:ErrorAction|EA)[\s:]+[''"]?'
    $statement = [string] (Get-AgentStatement $call)
    if ($statement -match "$words(?:SilentlyContinue|Ignore|0|4)\b" -or $statement -match '2>\s*\$null') { return $true }
    if ([string] $call.ScriptName -ne [string] $Block.File) { return $false }
    $guarded = $Block.Ast.FindAll({ param($n) $n -is [Management.Automation.Language.TryStatementAst] -and $n.CatchClauses.Count }, $true) | Where-Object {
        $e = $_.Body.Extent
        $after = $call.ScriptLineNumber -gt $e.StartLineNumber -or ($call.ScriptLineNumber -eq $e.StartLineNumber -and $call.OffsetInLine -ge $e.StartColumnNumber)
        $before = $call.ScriptLineNumber -lt $e.EndLineNumber -or ($call.ScriptLineNumber -eq $e.EndLineNumber -and $call.OffsetInLine -le $e.EndColumnNumber)
        $after -and $before
    }
    # Inside try only what stops is caught: a command's plain error record is still shown.
    [bool] $guarded -and ($Stop -or $null -eq $call.MyCommand -or $statement -match "${words}(?:Stop|1)\b")
}

function Test-AgentSame {
    # Are both the same failure? A rethrown error is a new record around the same exception.
    param([object] $One, [object] $Other)
    if ([object]::ReferenceEquals($One, $Other)) { return $true }
    $first = Get-AgentRecord $One
    $second = Get-AgentRecord $Other
    $null -ne $first -and $null -ne $second -and [object]::ReferenceEquals($first.Exception, $second.Exception)
}
