Describe 'The module as a package' {
    BeforeAll {
        $root = (Resolve-Path (Join-Path $PSScriptRoot '../ErrorAgent')).Path
        $files = Get-ChildItem -LiteralPath $root -Recurse -Include *.ps1, *.psm1, *.psd1
        Import-Module (Join-Path $root 'ErrorAgent.psd1') -Force
        function Get-Tree($File) { $t = $null; $e = $null; [Management.Automation.Language.Parser]::ParseFile($File.FullName, [ref] $t, [ref] $e); if ($e) { throw "$File $e" } }
    }

    It 'has a valid manifest with explicit exports' {
        $manifest = Test-ModuleManifest (Join-Path $root 'ErrorAgent.psd1')
        @($manifest.ExportedFunctions.Keys | Sort-Object) | Should -Be 'Invoke-AgentCommand', 'Resolve-AgentError'
        $manifest.RequiredModules | Should -BeNullOrEmpty
        @((Get-Module ErrorAgent).ExportedCommands.Keys | Sort-Object) | Should -Be 'Invoke-AgentCommand', 'Resolve-AgentError'
    }
    It 'explains each exported function and each of its parameters' {
        foreach ($name in (Get-Module ErrorAgent).ExportedCommands.Keys) {
            $help = Get-Help $name -Full
            $help.Synopsis | Should -Not -BeLike "*$name*"
            $help.description | Should -Not -BeNullOrEmpty
            $help.examples.example | Should -Not -BeNullOrEmpty
            $own = (Get-Command $name).Parameters.Keys | Where-Object { $_ -notin [Management.Automation.PSCmdlet]::CommonParameters }
            foreach ($parameter in $own) { ($help.parameters.parameter | Where-Object name -EQ $parameter).description | Should -Not -BeNullOrEmpty -Because "$name -$parameter" }
        }
        Join-Path $root 'en-US/about_ErrorAgent.help.txt' | Should -Exist
    }
    It 'is ASCII everywhere, because 5.1 reads files without a mark as ANSI' {
        foreach ($file in Get-ChildItem -LiteralPath $root -Recurse -File) {
            @([IO.File]::ReadAllBytes($file.FullName) | Where-Object { $_ -gt 127 }).Count | Should -Be 0 -Because $file.Name
        }
    }
    It 'uses no syntax that Windows PowerShell 5.1 does not have' {
        foreach ($file in $files) {
            $newer = (Get-Tree $file).FindAll({ param($n) $n.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' -or
                    ($n.GetType().Name -eq 'BinaryExpressionAst' -and "$($n.Operator)" -eq 'QuestionQuestion') -or
                    ($n.GetType().Name -eq 'AssignmentStatementAst' -and "$($n.Operator)" -eq 'QuestionQuestionEquals') -or
                    ($n -is [Management.Automation.Language.MemberExpressionAst] -and $n.NullConditional) -or
                    ($n -is [Management.Automation.Language.ScriptBlockAst] -and $n.CleanBlock) }, $true)
            $newer | Should -BeNullOrEmpty -Because $file.Name
        }
    }
    It 'uses only commands and parameters that Windows PowerShell 5.1 has' {
        $known = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'windows-powershell-5.1.psd1')
        $common = 'ErrorAction', 'WarningAction', 'InformationAction', 'ErrorVariable'
        $own = foreach ($file in $files) { (Get-Tree $file).FindAll({ param($n) $n -is [Management.Automation.Language.FunctionDefinitionAst] }, $true).Name }
        $bad = foreach ($file in $files) {
            foreach ($call in (Get-Tree $file).FindAll({ param($n) $n -is [Management.Automation.Language.CommandAst] }, $true)) {
                $name = $call.GetCommandName()
                if (-not $name -or $name -in $own -or $name -in 'Get-MgContext', 'Get-MgEnvironment') { continue }
                if (-not $known.ContainsKey($name)) { "$($file.Name): $name"; continue }
                foreach ($p in $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }) {
                    $fits = @($known[$name]) + $common | Where-Object { $_ -like "$($p.ParameterName)*" }
                    if (-not $fits) { "$($file.Name): $name -$($p.ParameterName)" }
                }
            }
        }
        $bad | Should -BeNullOrEmpty
    }
    It 'knows no error: no service code and no message stands in its sources' {
        foreach ($file in $files) { Get-Content -LiteralPath $file.FullName -Raw | Should -Not -Match 'AADSTS|IDX\d{5}|0x8\d{7}' }
    }
}
