function Get-AgentFailure {
    # What failed in the block, or nothing: the newest shown error, the earlier ones, and the native program that failed.
    # Start holds what was before the block: the newest error, the exit code, the lines seen; Stopped is what ended the block.
    param([scriptblock] $Block, [Collections.IDictionary] $Start, [object] $Code, [string] $Mood, [object] $Stopped)
    $new = New-Object 'System.Collections.Generic.List[object]'
    foreach ($item in $global:Error) { if ([object]::ReferenceEquals($item, $Start.Newest)) { break }; $new.Add($item) }
    $lines = @($Start.Lines)
    if (-not $lines.Count) {
        # Some hosts, and Windows PowerShell, keep lines of standard error as errors; by themselves they are none.
        $lines = @($new | Where-Object { Test-AgentNativeLine $_ } | Select-Object -First 50)
        [array]::Reverse($lines)
    }
    $silent = $Mood -in 'SilentlyContinue', 'Ignore'
    $shown = @($new | Where-Object {
            -not $silent -and -not (Test-AgentNativeLine $_) -and -not ($null -ne $Stopped -and (Test-AgentSame $_ $Stopped)) -and
            -not (Test-AgentSilenced $_ $Block ($Mood -eq 'Stop'))
        })
    if ($null -ne $Stopped) { $shown = @($Stopped) + $shown }
    $native = Get-AgentNative $Block $Start.Code $Code $lines
    if (-not $shown.Count -and -not $native) { return }
    $record = if ($shown.Count) { $shown[0] }
    $own = $null -eq $record -or $lines.Count -or (Get-AgentProperty $record 'FullyQualifiedErrorId') -eq 'ProgramExitedWithNonZeroCode'
    @{
        Record = $record; Earlier = @($shown | Select-Object -Skip 1 -First 5); Native = $(if ($own) { $native }); Code = $Code
        Report = $null; Diagnosis = $null
    }
}

function Get-AgentNative {
    # The native program that failed, if one did. PowerShell stores each exit code as a new object: the same number again is seen.
    param([scriptblock] $Block, [object] $Old, [object] $Code, [object[]] $Lines)
    if ($Code -isnot [int] -or $Code -eq 0 -or [object]::ReferenceEquals($Old, $Code)) { return }
    @{ ExitCode = $Code; Program = Get-AgentProgramName $Block $Lines; Stderr = @($Lines | ForEach-Object { Get-AgentProperty $_.Exception 'Message' }) -join "`n" }
}

function Get-AgentProgramName {
    # The name of the program that wrote the lines, else of the only program that the block names, else nothing.
    param([scriptblock] $Block, [object[]] $Lines)
    foreach ($line in $Lines) {
        $command = if ($line.InvocationInfo) { $line.InvocationInfo.MyCommand }
        if ($command) { return [string] $command.Name }
    }
    $names = $Block.Ast.FindAll({ param($n) $n -is [Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() } |
        Where-Object { $_ } | Select-Object -Unique
    $programs = @($names | Where-Object { Get-Command -Name ([WildcardPattern]::Escape($_)) -CommandType Application -ErrorAction Ignore })
    if ($programs.Count -eq 1) { ($programs[0] -split '[\\/]')[-1] } else { '' }
}

function Add-AgentEarlier {
    # A copy of the report whose text also holds what earlier errors of the same block said.
    param([Collections.IDictionary] $Report, [object[]] $Earlier)
    $wider = [ordered] @{}
    foreach ($key in $Report.Keys) { $wider[$key] = $Report[$key] }
    $texts = foreach ($item in $Earlier) {
        $record = Get-AgentRecord $item
        $call = if ($null -ne $record) { $record.InvocationInfo }
        $script:Hidden = if ($call) { @(Find-AgentSecret ([string] $call.Line)) + @(Find-AgentSecret (Get-AgentStatement $call)) } else { @() }
        $chain = if ($null -ne $record) { Get-AgentException $record.Exception } elseif ($item -is [Exception]) { Get-AgentException $item }
        foreach ($exception in @($chain)) { Protect-AgentText (Get-AgentProperty $exception 'Message') }
        if ($null -ne $record -and $record.ErrorDetails) { Protect-AgentText $record.ErrorDetails.Message }
    }
    $wider['text'] = (@($Report['text']) + @($texts) | Where-Object { $_ }) -join "`n"
    $wider
}
