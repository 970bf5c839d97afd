function Resolve-AgentError {
    <#
    .SYNOPSIS
    Finds the cause of an error, proves it by checks on this machine, and says how to fix it.
    .DESCRIPTION
    Without input the newest error of the session is taken. The error is reduced to a fixed list of properties, secrets are
    removed, and the rest goes to the agent on this machine. Nothing is run again and nothing is changed.
    What Invoke-AgentCommand just diagnosed is shown again, also a native program's failure; with -Offline, -NoChecks or -Budget
    the agent is asked anew about the same report.
    .PARAMETER InputObject
    An error record, an exception, or text. Lines of text are joined to one error.
    .PARAMETER Offline
    Runs no check that uses the network.
    .PARAMETER NoChecks
    Recognises the error only; runs no check.
    .PARAMETER Budget
    Seconds for all checks together.
    .PARAMETER AsJson
    Returns the agent's answer as JSON text.
    .INPUTS
    System.Object
    .OUTPUTS
    ErrorAgent.Diagnosis
    .EXAMPLE
    Resolve-AgentError

    Diagnoses the newest error.
    .EXAMPLE
    $Error[2] | Resolve-AgentError -Offline

    Diagnoses an earlier error without using the network.
    .EXAMPLE
    (Resolve-AgentError).Fix

    Shows the steps of the fix with their commands.
    .LINK
    about_ErrorAgent
    #>
    [CmdletBinding()]
    [OutputType('ErrorAgent.Diagnosis', [string])]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)] [AllowNull()] [AllowEmptyString()] [object] $InputObject,
        [switch] $Offline,
        [switch] $NoChecks,
        [ValidateRange(0.1, 600)] [double] $Budget = 3,
        [switch] $AsJson
    )
    begin {
        $newest = if ($global:Error.Count) { $global:Error[0] }
        $lines = New-Object 'System.Collections.Generic.List[string]'
        $inputs = New-Object 'System.Collections.Generic.List[object]'
        $piped = $MyInvocation.ExpectingInput -or $PSBoundParameters.ContainsKey('InputObject')
    }
    process {
        if ($null -eq $InputObject) { return }
        if ($InputObject -is [Management.Automation.ErrorRecord] -or $InputObject -is [Exception]) { $inputs.Add($InputObject) }
        else { $lines.Add([string] $InputObject) }
    }
    end {
        $kept = $script:Last
        if ($lines.Count) { $inputs.Add(($lines -join "`n")) }
        if (-not $piped) {
            # What Invoke-AgentCommand kept is the newest failure unless an error came after it.
            $last = $kept -and ($null -eq $newest -or [object]::ReferenceEquals($kept.Newest, $newest) -or (Test-AgentSame $kept.Record $newest))
            if ($last) { $inputs.Add($kept) }
            elseif ($null -eq $newest) { Write-Warning 'ErrorAgent: this session has no error yet.'; return }
            else { $inputs.Add($newest) }
        }
        $again = $Offline -or $NoChecks -or $PSBoundParameters.ContainsKey('Budget')
        foreach ($item in $inputs) {
            $same = $kept -and ([object]::ReferenceEquals($kept, $item) -or ($null -ne $kept.Record -and (Test-AgentSame $kept.Record $item)))
            $case = if ($same) { $kept } else { @{ Record = $item; Earlier = @(); Native = $null; Report = $null } }
            $answer = if ($same -and -not $again -and $kept.Diagnosis) { $kept.Diagnosis }
            else { Get-AgentDiagnosis $case $PSCmdlet.SessionState -Offline:$Offline -NoChecks:$NoChecks -Budget $Budget }
            if ($null -eq $answer) { continue }
            if ($AsJson) { $answer.Json } else { $answer }
        }
    }
}
