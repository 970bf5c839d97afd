function Get-AgentDiagnosis {
    # Project, send, shape. Whatever goes wrong is one warning; the session's list of errors is left as it was.
    # The case holds the error (Record), the earlier ones of its block, the failed native program, and keeps the report sent.
    param([Collections.IDictionary] $Case, [Management.Automation.SessionState] $Session, [switch] $Offline, [switch] $NoChecks, [double] $Budget = 3)
    $errors = $global:Error
    $newest = if ($errors.Count) { $errors[0] }
    $ErrorActionPreference = 'Stop'
    try {
        if (-not $Case.Report) { $Case.Report = ConvertTo-AgentReport $Case.Record $Session $Case.Native }
        $arguments = @('diagnose', '--format', 'json', '--budget', $Budget.ToString([Globalization.CultureInfo]::InvariantCulture))
        if ($Offline) { $arguments += '--offline' }
        if ($NoChecks) { $arguments += '--no-checks' }
        # Beyond the checks' own time the agent needs its start; 12 s is a slow disk with a virus scanner.
        $answer = ConvertTo-AgentDiagnosis (Invoke-Agent $arguments (ConvertTo-AgentJson $Case.Report) ($Budget + 12))
        if ($null -ne $answer -and $Case.Earlier.Count -and -not (Test-AgentKnown $answer)) {
            # The newest error is often a consequence: with what came before it the cause may be known.
            $wider = Add-AgentEarlier $Case.Report $Case.Earlier
            $second = ConvertTo-AgentDiagnosis (Invoke-Agent $arguments (ConvertTo-AgentJson $wider) ($Budget + 12))
            if (Test-AgentKnown $second) { $answer = $second; $Case.Report = $wider }
        }
        $answer
    }
    catch { Write-Warning "ErrorAgent: no diagnosis: $(Protect-AgentText $_.Exception.Message 300)" -WarningAction Continue }
    finally {
        for ($i = 0; $i -lt 300 -and $errors.Count -and -not [object]::ReferenceEquals($errors[0], $newest); $i++) { $errors.RemoveAt(0) }
    }
}

function Test-AgentKnown {
    # Is the answer at least likely?
    param([object] $Answer)
    $null -ne $Answer -and $Answer.Verdict -in 'cause_found', 'likely'
}

function ConvertTo-AgentDiagnosis {
    # The agent's JSON as objects with a view; nothing stays nothing.
    param([string] $Json)
    if (-not $Json) { return }
    try { $answer = $Json | ConvertFrom-Json -ErrorAction Stop } catch { $answer = $null }
    if (-not (Get-AgentProperty $answer 'verdict')) {
        throw 'the answer is not the agent''s. AGENT_COMMAND, or "agent" on the PATH, may be another program; set AGENT_COMMAND to the agent'
    }
    $causes = @(Get-AgentList $answer 'causes')
    $results = @(Get-AgentList $answer 'results')
    $first = if ($causes.Count) { $causes[0] }
    $moved = @(Get-AgentList $first 'because' | ForEach-Object { $_.check })
    $words = @{ cause_found = 'certain'; likely = 'likely'; undecided = 'undecided'; unknown_error = 'unknown' }
    $verdict = [string] (Get-AgentProperty $answer 'verdict')
    $fix = foreach ($step in @(Get-AgentList $first 'fix')) {
        $made = [pscustomobject] @{
            PSTypeName = 'ErrorAgent.FixStep'; Do = Get-AgentProperty $step 'do'; Run = Get-AgentProperty $step 'run'
            Risk = Get-AgentProperty $step 'risk'; Undo = Get-AgentProperty $step 'undo'
        }
        $made | Add-Member -MemberType ScriptMethod -Name ToString -Value { [string] $this.Do } -Force -PassThru
    }
    $next = Get-AgentProperty (Get-AgentProperty $first 'verify') 'run'
    if (-not $next) { $next = Get-AgentProperty $first 'look_up' }
    [pscustomobject] @{
        PSTypeName   = 'ErrorAgent.Diagnosis'
        Cause        = [string] (Get-AgentProperty $answer 'headline')
        Certainty    = [string] $words[$verdict]
        Probability  = Get-AgentProperty $first 'probability'
        Verdict      = $verdict
        Proof        = @($results | Where-Object { $moved -contains $_.check -and $_.status -ne 'unknown' } | ForEach-Object { "$($_.check): $($_.summary)" })
        Fix          = @($fix)
        FixText      = Format-AgentFix $fix
        RuledOut     = @(Get-AgentList $answer 'ruled_out' | ForEach-Object { $_.short })
        CouldNotLook = @($results | Where-Object { $_.status -eq 'unknown' } | ForEach-Object { "$($_.check): $($_.summary)" })
        Matches      = @(Get-AgentList $answer 'matches')
        Causes       = $causes
        Next         = [string] $next
        Json         = $Json.Trim()
    }
}

function Format-AgentFix {
    # The steps for the list view: sentences wrapped at words, long commands continued with a backtick, ready to paste.
    param([object[]] $Steps)
    $number = 0
    $lines = foreach ($step in $Steps) {
        $number++
        $left = "$number  "
        foreach ($line in Split-AgentLine ([string] $step.Do) 58 $false) { $left + $line; $left = '   ' }
        if (-not $step.Run) { continue }
        $left = '     '
        foreach ($line in Split-AgentLine ([string] $step.Run) 55 $true) { $left + $line; $left = '       ' }
    }
    @($lines) -join [Environment]::NewLine
}

function Split-AgentLine {
    # The text in lines of at most Width where it has spaces; a command is broken only outside of quotes.
    param([string] $Text, [int] $Width, [bool] $Command)
    foreach ($whole in $Text -split '\r?\n') {
        $line = ''
        foreach ($word in $whole.Split(' ')) {
            $open = $Command -and ((($line -replace '[^'']').Length % 2) -or (($line -replace '[^"]').Length % 2))
            if ($line -and -not $open -and $line.Length + 1 + $word.Length -gt $Width) {
                if ($Command) { "$line ``" } else { $line }
                $line = $word
            }
            elseif ($line) { $line += " $word" }
            else { $line = $word }
        }
        $line
    }
}
