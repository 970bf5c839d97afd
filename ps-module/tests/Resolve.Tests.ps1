Describe 'Resolve-AgentError' {
    BeforeAll { . (Join-Path $PSScriptRoot 'Setup.ps1') }
    BeforeEach { Reset-StandIn; $ErrorActionPreference = 'Continue' }
    AfterAll { Remove-Item -LiteralPath $folder -Recurse; Remove-Item Env:AGENT_COMMAND, Env:STAND_IN_LOG, Env:STAND_IN -ErrorAction Ignore }

    It 'answers with objects and a view of at most 80 columns' {
        $answer = 'some text' | Resolve-AgentError
        $answer.PSTypeNames[0] | Should -Be 'ErrorAgent.Diagnosis'
        $answer.Proof | Should -Be 'certificate.not_expired: valid until 2026-11-21 23:59 UTC'
        "$($answer.Fix[0])" | Should -Be 'Make a new certificate'
        $answer.Fix.Count | Should -Be 2
        $answer.CouldNotLook | Should -Be 'time.clock_in_sync: no answer in 1.0 s'
        $lines = ($answer | Out-String -Width 80) -split "`r?`n"
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -match 'Make a new certificate' | Should -Not -BeNullOrEmpty
    }
    It 'joins lines of text to one error and keeps non-ASCII' {
        $null = 'Gr', "$([char]0xFC)$([char]0xDF)e" | Resolve-AgentError
        (Read-Report).text | Should -Be "Gr`n$([char]0xFC)$([char]0xDF)e"
        [IO.File]::ReadAllBytes($env:STAND_IN_LOG) | Where-Object { $_ -gt 127 } | Should -BeNullOrEmpty
        $env:STAND_IN = 'utf8'
        ('x' | Resolve-AgentError).Cause | Should -BeLike "*M$([char]0xFC)nchen*"
    }
    It 'takes the newest error, records in exceptions, and whole chains' {
        $global:Error.Insert(0, [Management.Automation.ErrorRecord]::new([Exception]::new('outer', [ArgumentException]::new('inner')), 'Id1', 'InvalidData', 'secret-target'))
        $null = Resolve-AgentError
        $report = Read-Report
        $report.error_id | Should -Be 'Id1'
        $report.exceptions.type | Should -Be 'System.Exception', 'System.ArgumentException'
        Reset-StandIn
        $null = [AggregateException]::new('many', [Exception[]] @([Exception]::new('a'), [Exception]::new('b'))) | Resolve-AgentError
        (Read-Report).exceptions.Count | Should -Be 3
        Reset-StandIn
        $null = [Management.Automation.RuntimeException]::new('rt') | Resolve-AgentError
        (Read-Report).error_id | Should -Be 'RuntimeException'
    }
    It 'diagnoses what Invoke-AgentCommand kept, with any options' {
        try { throw 'older' } catch { $null = $_ }
        Invoke-AgentCommand { & $python -c 'raise SystemExit(4)' } 6>$null
        (Resolve-AgentError).Certainty | Should -Be 'certain'
        @(Read-Report).Count | Should -Be 1
        foreach ($options in @{ Offline = $true }, @{ NoChecks = $true }, @{ Budget = 1 }) { $null = Resolve-AgentError @options }
        $sent = @(Read-Report)
        $sent.Count | Should -Be 4
        $sent.text | Select-Object -Unique | Should -Be 'A native program ended with exit code 4.'
        $global:Error.Clear()
        (Resolve-AgentError -Offline).Certainty | Should -Be 'certain'
        try { throw 'newer' } catch { $null = $_ }
        $null = Resolve-AgentError
        @(Read-Report)[-1].exceptions[0].message | Should -Be 'newer'
    }
    It 'asks again when the agent gave no answer before' {
        $env:STAND_IN = 'fail'
        Invoke-AgentCommand { & $python -c 'raise SystemExit(4)' } 3>$null
        $env:STAND_IN = ''
        (Resolve-AgentError).Certainty | Should -Be 'certain'
        @(Read-Report)[-1].native.exit_code | Should -Be 4
    }
    It 'hands over the options and never uses a shell' {
        $null = 'x' | Resolve-AgentError -Offline -NoChecks -Budget 1.5
        Get-Content "$env:STAND_IN_LOG.args" | Should -Be '["diagnose", "--format", "json", "--budget", "1.5", "--offline", "--no-checks"]'
        ('x' | Resolve-AgentError -AsJson | ConvertFrom-Json).schema | Should -Be 1
    }
    It 'reads allowed parameters from the line, constants and plain variables only' {
        function Connect-MgGraph { [CmdletBinding()] param($TenantId, $ClientId, $CertificateThumbprint, $ClientSecretCredential, $Environment) Write-Error 'no' }
        $tenant = 'contoso.test'
        Connect-MgGraph -TenantId $tenant -ClientId 'abc' -CertificateThumbprint (Get-Date) -ClientSecretCredential 'hush' -ErrorAction SilentlyContinue
        $null = $global:Error[0] | Resolve-AgentError
        $line = 'Connect-MgGraph -TenantId $tenant -ClientId abc -CertificateThumbprint (Get-Date) -Scopes A, B -ClientSecretCredential hush'
        $read = InModuleScope ErrorAgent -Parameters @{ Line = $line; Session = $ExecutionContext.SessionState } { Get-AgentParameter $Line 'Connect-MgGraph' $Session }
        $read['TenantId'] | Should -Be 'contoso.test'
        $read['Scopes'] | Should -Be 'A B'
        @($read.Keys) | Should -Be 'TenantId', 'ClientId', 'Scopes'
        $sent = (Read-Report).command.parameters
        $sent.PSObject.Properties.Name | Should -Not -Contain 'CertificateThumbprint'
        $sent.PSObject.Properties.Name | Should -Not -Contain 'ClientSecretCredential'
    }
    It 'sends the sign-in context and its addresses by named properties only' {
        $graph = New-Module -Name Microsoft.Graph.Authentication -ScriptBlock {
            function Get-MgContext { [pscustomobject] @{ ClientId = 'c1'; TenantId = 't1'; AuthType = 'AppOnly'; Scopes = 'A', 'B'; Environment = 'China'; ClientSecret = 'never-sent'; Certificate = 'never-sent' } }
            function Get-MgEnvironment { [pscustomobject] @{ Name = 'Global'; AzureADEndpoint = 'no' }; [pscustomobject] @{ Name = 'China'; AzureADEndpoint = 'https://login.china.test'; GraphEndpoint = 'https://graph.china.test' } }
            Export-ModuleMember -Function *
        } | Import-Module -PassThru
        try { $null = 'x' | Resolve-AgentError } finally { Remove-Module $graph }
        $report = Read-Report
        $report.context.client_id | Should -Be 'c1'
        $report.context.scopes | Should -Be 'A B'
        $report.environment.authority | Should -Be 'https://login.china.test'
        $report.environment.graph | Should -Be 'https://graph.china.test'
        $report.modules.name | Should -Contain 'Microsoft.Graph.Authentication'
        [IO.File]::ReadAllText($env:STAND_IN_LOG) | Should -Not -Match 'never-sent'
        Reset-StandIn
        $null = 'x' | Resolve-AgentError
        (Read-Report).PSObject.Properties.Name | Should -Not -Contain 'context'
    }
    It 'says what to do when no agent is found' {
        InModuleScope ErrorAgent {
            Mock Get-AgentProgram { }
            Invoke-Agent @('diagnose') '{}' 1 3>&1 | Should -BeLike '*agent was not found. Install it*'
        }
    }
    It 'survives cycles and getters that throw' {
        Add-Type -TypeDefinition 'public class AgentBadException : System.Exception { public override string Message { get { throw new System.Exception("no"); } } public object Response { get { throw new System.Exception("no"); } } public object Self { get { return this; } } }'
        $null = [AgentBadException]::new() | Resolve-AgentError
        (Read-Report).exceptions[0].type | Should -Be 'AgentBadException'
    }
    It 'stops an agent that hangs' {
        $env:STAND_IN = 'hang'
        InModuleScope ErrorAgent {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            Invoke-Agent @('diagnose') '{}' 1 3>&1 | Should -BeLike '*no answer within 1 s and was stopped*'
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
    }
    It 'lets no secret leave, wherever it stands, and lifts the claims of the token' {
        function Enc($o) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes(($o | ConvertTo-Json -Compress))).TrimEnd('=').Replace('+', '-').Replace('/', '_') }
        $jwt = (Enc @{ alg = 'none' }) + '.' + (Enc @{ aud = 'https://graph.test'; exp = 1795423600; upn = 'alex@contoso.test'; scp = 'User.Read' }) + '.c2lnbmF0dXJlLXNpZ25hdHVyZQ'
        $secret = 'abc8' + 'Q~FakeSecretValueForTestsOnly1234567'
        $request = [Net.Http.HttpRequestMessage]::new('Get', 'https://graph.test/me?code=topsecretquery')
        $request.Headers.Authorization = [Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', $jwt)
        $inner = [Exception]::new("inner client_secret=Wint3r-Fake and refresh_token: '0.AXkAFakeRefreshTokenForTestsOnly'")
        $record = [Management.Automation.ErrorRecord]::new([Exception]::new("outer $jwt Password=Hunter-22x", $inner), "Id $secret", 'InvalidOperation', $request)
        $record.ErrorDetails = [Management.Automation.ErrorDetails]::new("{`"access_token`":`"opaque-token-value`",`"x`":`"$secret`"} Authorization: Basic QWxleDpwYXNz")
        $null = $record | Resolve-AgentError
        $raw = [IO.File]::ReadAllText($env:STAND_IN_LOG)
        foreach ($part in $jwt, $jwt.Split('.')[1], $secret, 'Wint3r-Fake', 'AXkAFake', 'Hunter-22x', 'opaque-token-value', 'QWxleDpwYXNz', 'topsecretquery', 'alex@') {
            $raw | Should -Not -Match ([regex]::Escape($part))
        }
        $report = Read-Report
        $report.token.aud | Should -Be 'https://graph.test'
        $report.token.exp | Should -Be 1795423600
        $report.http.url | Should -Be 'https://graph.test/me'
        Reset-StandIn
        $null = "Connect-X -ClientSecret '$secret' -Password Plain-pw1 ; ConvertTo-SecureString 'Plain-pw2' -AsPlainText; $jwt" | Resolve-AgentError
        $raw = [IO.File]::ReadAllText($env:STAND_IN_LOG)
        foreach ($part in $secret, 'Plain-pw1', 'Plain-pw2', $jwt.Split('.')[1]) { $raw | Should -Not -Match ([regex]::Escape($part)) }
        (InModuleScope ErrorAgent { Protect-AgentText '{"password":"a b","n":1}' } | ConvertFrom-Json).n | Should -Be 1
        (Read-Report).token.scp | Should -Be 'User.Read'
        (Read-Report).text | Should -Match '<jwt>'
    }
    It 'hides a secret of the line wherever a message repeats it' {
        function Set-Pin { [CmdletBinding()] param([int] $Pin, $Name) }
        try { Set-Pin -Pin 'Wint3r-Fake!Pass' -Name 'x' } catch { $null = $_ | Resolve-AgentError }
        try { Set-Pin -Pin 'plain words' -Name 'x' } catch { $null = $_ | Resolve-AgentError }
        [IO.File]::ReadAllText($env:STAND_IN_LOG) | Should -Not -Match 'Wint3r|plain words'
    }
    It 'breaks a long command so that it still can be pasted' {
        InModuleScope ErrorAgent {
            $long = "Add-Something -Name 'a b c d e f g h i' -Other one -Third two -Fourth three"
            $text = Format-AgentFix @([pscustomobject] @{ Do = 'word ' * 30; Run = $long })
            $lines = $text -split '\r?\n'
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 64
            $command = ($lines -match '^     ' -join "`n")
            $tree = [scriptblock]::Create($command).Ast.FindAll({ param($n) $n -is [Management.Automation.Language.CommandAst] }, $true)
            @($tree).Count | Should -Be 1
            $tree[0].CommandElements.Count | Should -Be 9
        }
    }
    It 'quotes arguments so that a program reads them back' {
        InModuleScope ErrorAgent {
            ConvertTo-AgentArgument 'plain' | Should -Be 'plain'
            ConvertTo-AgentArgument 'a b\' | Should -Be '"a b\\"'
            ConvertTo-AgentArgument 'a "b" \"' | Should -Be '"a \"b\" \\\""'
            ConvertTo-AgentArgument '' | Should -Be '""'
        }
    }
}
