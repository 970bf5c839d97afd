# Captures an error, projects it, sends it, shows the answer. Everything that knows errors is in the agent, not here.
Set-StrictMode -Version Latest
$script:Allow = Import-PowerShellDataFile -LiteralPath (Join-Path $PSScriptRoot 'AllowList.psd1')
$script:Last = $null
$script:Hidden = @()
foreach ($folder in 'Private', 'Public') {
    foreach ($file in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot $folder) -Filter '*.ps1') { . $file.FullName }
}
Export-ModuleMember -Function 'Invoke-AgentCommand', 'Resolve-AgentError'
