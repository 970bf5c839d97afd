Describe 'Invoke-AgentCommand' {
    BeforeAll { . (Join-Path $PSScriptRoot 'Setup.ps1') }
    BeforeEach { Reset-StandIn; $ErrorActionPreference = 'Continue' }
    AfterAll { Remove-Item -LiteralPath $folder -Recurse; Remove-Item Env:AGENT_COMMAND, Env:STAND_IN_LOG, Env:STAND_IN -ErrorAction Ignore }

    It 'runs the block once and passes output through' {
        $script:runs = 0
        $out = Invoke-AgentCommand { $script:runs++; 1; , @(2, 3); 'x' }
        $script:runs | Should -Be 1
        $out.Count | Should -Be 3
        Read-Report | Should -BeNullOrEmpty
    }
    It 'streams: a stopped pipeline stops the block' {
        $script:runs = 0
        Invoke-AgentCommand { 1..5 | ForEach-Object { $script:runs++; $_ } } | Select-Object -First 2 | Should -Be 1, 2
        $script:runs | Should -Be 2
    }
    It 'lets the same terminating error leave' {
        $caught = try { Invoke-AgentCommand { Get-Item /nope/x -ErrorAction Stop } 6>$null } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -Be 'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand'
        $caught = try { Invoke-AgentCommand { [int]::Parse('x') } 6>$null } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -Be 'FormatException'
    }
    It 'leaves non-terminating errors on the error stream' {
        $all = Invoke-AgentCommand { Write-Error 'one' -ErrorId X1; 'after' } -ErrorVariable kept 2>&1 6>$null
        $all[0].FullyQualifiedErrorId | Should -BeLike 'X1*'
        $all[1] | Should -Be 'after'
        $kept.Count | Should -Be 1
        @(Read-Report).Count | Should -Be 1
    }
    It 'says the cause once on the information stream, never on output' {
        $info = Invoke-AgentCommand { Write-Error 'one' } 2>$null 6>&1
        $info.GetType().Name | Should -Be 'InformationRecord'
        "$info" | Should -BeLike '`[ErrorAgent`] The certificate expired 3 days ago *(certain). Resolve-AgentError shows*'
        $info.Tags | Should -Contain 'ErrorAgent'
    }
    It 'keeps the answer for Resolve-AgentError' {
        try { Invoke-AgentCommand { throw 'zap' } 6>$null } catch { $null = $_ }
        (Resolve-AgentError).Certainty | Should -Be 'certain'
        @(Read-Report).Count | Should -Be 1
    }
    It 'keeps the exit code of a native program and diagnoses it' {
        $global:LASTEXITCODE = 0
        Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } 6>$null
        $global:LASTEXITCODE | Should -Be 7
        (Read-Report).native.exit_code | Should -Be 7
    }
    It 'hands -ErrorAction to the block and gives the preference back' {
        function Test-It { Invoke-AgentCommand { Write-Error 'q'; 'x' } -ErrorAction SilentlyContinue; $ErrorActionPreference }
        $ErrorActionPreference = 'Continue'
        Test-It | Should -Be 'x', 'Continue'
        Read-Report | Should -BeNullOrEmpty
        { Invoke-AgentCommand { Write-Error 'q' } -ErrorAction Stop 6>$null } | Should -Throw
    }
    It 'works when every preference is strict' {
        $ErrorActionPreference = 'Stop'
        $PSNativeCommandUseErrorActionPreference = $true
        { Invoke-AgentCommand { Write-Error 'strict' } 6>$null } | Should -Throw '*strict*'
        $env:STAND_IN = 'fail'
        { Invoke-AgentCommand { throw 'again' } 3>$null 6>$null } | Should -Throw 'again'
    }
    It 'does not harm the command when the agent is missing, fails or talks nonsense' {
        foreach ($mode in 'fail', 'noise') {
            $env:STAND_IN = $mode
            $said = Invoke-AgentCommand { Write-Error 'one'; 'out' } 2>$null 3>&1
            $said[0] | Should -Be 'out'
            "$($said[1])" | Should -BeLike 'ErrorAgent: *'
            $said.Count | Should -Be 2
        }
        $kept = $env:AGENT_COMMAND
        $env:AGENT_COMMAND = '/nope/agent'
        try { $said = Invoke-AgentCommand { Write-Error 'one' } 2>$null 3>&1 } finally { $env:AGENT_COMMAND = $kept }
        "$said" | Should -Be 'ErrorAgent: the agent could not be started: /nope/agent does not exist. Install it (pipx install it-error-agent) or set AGENT_COMMAND to its path.'
    }
    It 'does not diagnose what the command silenced or caught' {
        Invoke-AgentCommand { Get-Item /nope -ErrorAction SilentlyContinue; try { throw 'x' } catch { 'handled' } } | Should -Be 'handled'
        Read-Report | Should -BeNullOrEmpty
        Invoke-AgentCommand { try { Write-Error 'plain' } catch { 'never' }; try { throw 'x' } catch { 'handled' } } 2>$null 6>$null | Should -Be 'handled'
        (Read-Report).exceptions[0].message | Should -Be 'plain'
    }
    It 'leaves only the command''s own errors in the list of errors' {
        $env:STAND_IN = 'noise'
        Invoke-AgentCommand { Write-Error 'one' } 2>$null 3>$null
        $global:Error.Count | Should -Be 1
    }
    It 'diagnoses the same exit code again, but not one that was there before' {
        Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } 6>$null
        Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } 6>$null
        Invoke-AgentCommand { $LASTEXITCODE } 6>$null | Should -Be 7
        @(Read-Report).Count | Should -Be 2
        $global:LASTEXITCODE | Should -Be 7
    }
    It 'names the program that ended badly' -Skip:($env:OS -eq 'Windows_NT') {
        Invoke-AgentCommand { /bin/sh -c 'exit 4' } 6>$null
        (Read-Report).text | Should -Be 'sh ended with exit code 4.'
    }
    It 'says that a program ended badly where its name is not known' {
        Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } 6>$null
        (Read-Report).text | Should -Be 'A native program ended with exit code 7.'
    }
    It 'reads standard error of a native program where the block merges it, and passes it on untouched' {
        $out = Invoke-AgentCommand { , @(2, 3); $null; & $python -c 'import sys; sys.exit(any(print(''line%d'' % i, file=sys.stderr) for i in range(60)) or 4)' 2>&1; 'end' } 6>$null
        $out.Count | Should -Be 63
        $out[0] -join ' ' | Should -Be '2 3'
        $out[1] | Should -BeNullOrEmpty
        $out[2] | Should -BeOfType ([Management.Automation.ErrorRecord])
        $out[62] | Should -Be 'end'
        $native = (Read-Report).native
        $native.exit_code | Should -Be 4
        $native.stderr.Split("`n").Trim() | Should -Be @(10..59 | ForEach-Object { "line$_" })
        Reset-StandIn
        Invoke-AgentCommand { & $python -c 'import sys; print(''only words'', file=sys.stderr)' 2>&1 } 6>$null | Out-Null
        Read-Report | Should -BeNullOrEmpty
    }
    It 'takes lines of standard error that the host keeps as errors for what they are' {
        $words = [Management.Automation.ErrorRecord]::new([Exception]::new('only words'), 'NativeCommandError', 0, $null)
        Invoke-AgentCommand { $global:Error.Insert(0, $words) } 6>$null
        Read-Report | Should -BeNullOrEmpty
        $global:Error.Clear()
        Invoke-AgentCommand { & $python -c 'raise SystemExit(7)'; $global:Error.Insert(0, $words) } 6>$null
        (Read-Report).native.stderr | Should -Be 'only words'
    }
    It 'tells the exit code also where native failures are errors' -Skip:($PSVersionTable.PSVersion -lt [version] '7.4') {
        $PSNativeCommandUseErrorActionPreference = $true
        $ErrorActionPreference = 'Stop'
        { Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } 6>$null } | Should -Throw
        (Read-Report).native.exit_code | Should -Be 7
        (Read-Report).error_id | Should -Be 'ProgramExitedWithNonZeroCode'
    }
    It 'keeps secrets in standard error back' {
        Invoke-AgentCommand { & $python -c 'raise SystemExit(''client_secret=Wint3r-Fake'')' 2>&1 } 6>$null | Out-Null
        (Read-Report).native.stderr | Should -Be 'client_secret=<secret>'
    }
    It 'leaves the caller''s variables for output and errors whole where errors are merged' {
        Invoke-AgentCommand { Write-Error a; & $python -c 'import sys; print(''n'', file=sys.stderr)' 2>&1; , @(1, 2); Write-Error b } -ErrorVariable ev -OutVariable ov 2>$null 6>$null | Out-Null
        $ev.Count | Should -Be 2
        $ov.Count | Should -Be 2
    }
    It 'streams also where errors are merged' {
        $script:runs = 0
        Invoke-AgentCommand { 1..5 | ForEach-Object { $script:runs++; $_ } 2>&1 } | Select-Object -First 2 | Should -Be 1, 2
        $script:runs | Should -Be 2
        $made = [Management.Automation.ErrorRecord]::new([Exception]::new('q'), 'OwnId', 0, $null)
        $caught = try { Invoke-AgentCommand { 'x' 2>&1; throw $made } 6>$null } catch { $_ }
        $caught[-1].FullyQualifiedErrorId | Should -Be 'OwnId'
        [object]::ReferenceEquals($caught[-1].Exception, $made.Exception) | Should -BeTrue
    }
    It 'says nothing on the information stream when the answer is below likely' {
        $env:STAND_IN = 'undecided'
        Invoke-AgentCommand { Write-Error 'one' } 2>$null 6>&1 | Should -BeNullOrEmpty
        (Resolve-AgentError).Certainty | Should -Be 'undecided'
        @(Read-Report).Count | Should -Be 1
    }
    It 'tells a failure once when calls are nested' {
        @(Invoke-AgentCommand { Invoke-AgentCommand { Write-Error 'one' } } 2>$null 6>&1).Count | Should -Be 1
        @(Invoke-AgentCommand { Invoke-AgentCommand { & $python -c 'raise SystemExit(7)' } } 6>&1).Count | Should -Be 1
        { Invoke-AgentCommand { Invoke-AgentCommand { throw 'zap' } } 6>$null } | Should -Throw 'zap'
        @(Read-Report).Count | Should -Be 3
        @(Invoke-AgentCommand { Invoke-AgentCommand { Write-Error 'one' }; Write-Error 'two' } 2>$null 6>&1).Count | Should -Be 2
    }
    It 'runs the block in the caller''s scope' {
        function Test-Scope {
            Invoke-AgentCommand { $users = 1..3; $newest = 'mine'; $start = 'mine' } 6>$null
            Invoke-AgentCommand { $merged = 'x' 2>&1; $merged } 6>$null
            "$users $newest $start $merged"; "$args"
        }
        Test-Scope 8 9 | Should -Be 'x', '1 2 3 mine mine x', '8 9'
        $users = 'outer'
        $null = Test-Scope
        $users | Should -Be 'outer'
        1..2 | ForEach-Object { Invoke-AgentCommand { $_ } } | Should -Be 1, 2
    }
    It 'sends the earlier errors of the block when the newest alone is not known' {
        $env:STAND_IN = 'known-only'
        $said = Invoke-AgentCommand { Write-Error 'zap-known: first'; Write-Error 'other client_secret=Wint3r-Fake'; Write-Error 'last' } 2>$null 6>&1
        "$said" | Should -BeLike '*(certain)*'
        $sent = @(Read-Report)
        $sent.Count | Should -Be 2
        $sent[1].exceptions[0].message | Should -Be 'last'
        $sent[1].text | Should -Be "other client_secret=<secret>`nzap-known: first"
        (Resolve-AgentError -Offline).Certainty | Should -Be 'certain'
        @(Read-Report).Count | Should -Be 3
        Reset-StandIn
        $env:STAND_IN = 'known-only'
        Write-Error 'zap-known: before' -ErrorAction SilentlyContinue
        try { Invoke-AgentCommand { Write-Error 'zap-known: a'; throw 'b' } 2>$null 6>$null } catch { $null = $_ }
        @(Read-Report).Count | Should -Be 2
        @(Read-Report)[1].text | Should -Be 'zap-known: a'
    }
    It 'says what to do when Python has no agent' {
        $env:STAND_IN = 'no-module'
        $said = Invoke-AgentCommand { Write-Error 'one' } 2>$null 3>&1
        "$said" | Should -BeLike 'ErrorAgent: the agent was not found: * has no module named agent. Install it (pipx install it-error-agent) or set AGENT_COMMAND*'
    }
}
