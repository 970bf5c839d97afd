# The one seam to the agent: a process, bytes in, bytes out, never a shell, never an exception.
$script:Install = 'Install it (pipx install it-error-agent) or set AGENT_COMMAND to its path.'

function Get-AgentProgram {
    # Program and first arguments: AGENT_COMMAND, else agent, py -m agent, python3 -m agent.
    $given = [Environment]::GetEnvironmentVariable('AGENT_COMMAND')
    if ($given) {
        if (Test-Path -LiteralPath $given -PathType Leaf) { return , @($given) }
        return , @([regex]::Matches($given, '"([^"]*)"|''([^'']*)''|(\S+)') | ForEach-Object { $_.Groups[1].Value + $_.Groups[2].Value + $_.Groups[3].Value })
    }
    foreach ($try in @('agent'), @('py', '-m', 'agent'), @('python3', '-m', 'agent')) {
        $found = Get-Command -Name $try[0] -CommandType Application -ErrorAction Ignore |
            Where-Object { $_.Path -notmatch '\.(cmd|bat)$' } | Select-Object -First 1
        if ($found) { return , @(@($found.Path) + @($try | Select-Object -Skip 1)) }
    }
}

function ConvertTo-AgentArgument {
    # One argument quoted by the rules that Windows programs and .NET share: backslashes count only before a quote.
    param([string] $Text)
    if ($Text -and $Text -notmatch '[\s"]') { return $Text }
    '"' + (($Text -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
}

function Get-AgentStartFault {
    # Why a program did not start, in words of our own: the system's differ with platform and language.
    param([Exception] $Exception)
    $number = 0
    for ($e = $Exception; $e; $e = $e.InnerException) { if ($e -is [ComponentModel.Win32Exception]) { $number = $e.NativeErrorCode } }
    if ($number -in 2, 3) { return 'does not exist' }
    if ($number -in 5, 13) { return 'may not be run by this account' }
    if ($number -in 8, 193) { return 'is not a program for this system' }
    "was refused by the system (error $number)"
}

function Invoke-Agent {
    # The agent's answer as text, or nothing after one warning that says what to do.
    param([string[]] $Arguments, [string] $Json, [double] $LimitSeconds)
    $program = Get-AgentProgram
    if (-not $program) {
        Write-Warning "ErrorAgent: the agent was not found. $script:Install"
        return
    }
    $process = $null
    try {
        $start = New-Object Diagnostics.ProcessStartInfo
        $start.FileName = $program[0]
        $start.Arguments = (@($program | Select-Object -Skip 1) + $Arguments | ForEach-Object { ConvertTo-AgentArgument $_ }) -join ' '
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        # A folder named agent where the user stands must not be taken for the agent by "-m".
        # A folder that is gone would look like a missing program.
        $here = (Get-Location -PSProvider FileSystem).ProviderPath
        $start.WorkingDirectory = if ($program -contains '-m' -or -not (Test-Path -LiteralPath $here)) { $PSHOME } else { $here }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.StandardOutputEncoding = $start.StandardErrorEncoding = New-Object Text.UTF8Encoding $false
        $start.EnvironmentVariables['PYTHONIOENCODING'] = 'utf-8'
        $process = [Diagnostics.Process]::Start($start)
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $limit = [int] ($LimitSeconds * 1000)
        $out = $process.StandardOutput.ReadToEndAsync()
        $told = $process.StandardError.ReadToEndAsync()
        $bytes = [Text.Encoding]::UTF8.GetBytes($Json)
        try {
            $written = $process.StandardInput.BaseStream.WriteAsync($bytes, 0, $bytes.Length).Wait($limit)
            # The stream, not its writer: closing the writer can add a byte order mark in Windows PowerShell.
            if ($written) { $process.StandardInput.BaseStream.Dispose() }
        }
        catch { $written = $false } # an agent that ended early tells why by its exit code
        if (-not $process.WaitForExit([Math]::Max(1, $limit - $clock.ElapsedMilliseconds))) {
            Write-Warning "ErrorAgent: the agent gave no answer within $LimitSeconds s and was stopped. Try -Offline or -NoChecks."
            return
        }
        $complete = [Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]] @($out, $told), 2000)
        $said = if ($complete) { (Protect-AgentText $told.Result 600).Trim() } else { '' }
        if ($process.ExitCode -notin 0, 3, 4, 5 -or -not $complete) {
            if ($said -match 'No module named .?agent\b') {
                Write-Warning "ErrorAgent: the agent was not found: $($program[0]) has no module named agent. $script:Install"
                return
            }
            if (-not $said) { $said = 'it said nothing' }
            Write-Warning "ErrorAgent: the agent failed (exit code $($process.ExitCode)): $said. Run '$($program[0])' by hand to see more."
            return
        }
        if ($said) { Write-Warning "ErrorAgent: $said" }
        $out.Result
    }
    catch { Write-Warning "ErrorAgent: the agent could not be started: $($program[0]) $(Get-AgentStartFault $_.Exception). $script:Install" }
    finally {
        if ($process) {
            try { if (-not $process.HasExited) { $process.Kill() } } catch { $null = $_ } # it just ended by itself
            try { $process.Dispose() } catch { $null = $_ }
        }
    }
}
